import { describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../../src/models/sources/ensure-file.js';
import { ensureModelFile } from '../../../src/models/sources/pull.js';
import { watchArrivals } from '../../support/arrivals.js';
import { FAST_RETRY } from '../../support/fast-retry.js';
import { cdnHandler, HUB_COMMIT, hubHandler, type HubOptions } from '../../support/hub-server.js';
import { useLocalServers, type SendOptions } from '../../support/local-server.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { cached, modelBytes, sha256Of, sourcesOf } from '../model-bytes.js';

const BYTES = modelBytes();
const SHA = sha256Of(BYTES);
const REPO = 'owner/model';
const PATH = 'onnx/model.onnx';

const serve = useLocalServers();
const tempFolder = useTempFolders();

async function hub(options: Partial<HubOptions> = {}, send: () => SendOptions = () => ({})) {
  const cdn = await serve(cdnHandler(options.bytes ?? BYTES, send));
  const site = await serve(hubHandler({ repo: REPO, path: PATH, bytes: BYTES, cdn: cdn.origin, ...options }));
  const cacheDir = await tempFolder();
  return {
    cdn,
    site,
    cacheDir,
    pull: (source: object = { revision: HUB_COMMIT, sha256: SHA }, more: EnsureOptions = {}) =>
      ensureModelFile(sourcesOf({ kind: 'hf', repo: REPO, path: PATH, ...source }), {
        cacheDir,
        retry: FAST_RETRY,
        ...more,
        env: { HF_ENDPOINT: `${site.origin}/`, ...more.env },
      }),
  };
}

describe('a file on the hub', () => {
  test('is fetched from a commit through the endpoint that HF_ENDPOINT names', async () => {
    const { site, cdn, pull } = await hub();
    expect(await pull()).toMatchObject({ from: 'download', sha256: SHA, revision: HUB_COMMIT });
    expect(site.requests.every((request) => request.url?.includes(`/resolve/${HUB_COMMIT}/`))).toBe(true);
    expect(cdn.requests).toHaveLength(1);
  });

  test('named by a branch is resolved to a commit, which is recorded', async () => {
    const { site, pull } = await hub();
    const branch = { revision: 'main', sha256: SHA };
    expect(await pull(branch)).toMatchObject({ from: 'download', revision: HUB_COMMIT });
    expect(site.requests[0]?.url).toContain('/api/models/owner/model/revision/main');
    expect(await pull(branch, { offline: true })).toMatchObject({ from: 'cache', revision: HUB_COMMIT });
  });

  test('goes on after a cut connection to the content network', async () => {
    const { onProgress, arrived } = watchArrivals();
    const { cdn, pull } = await hub({}, () => ({ cutAfter: 200_000, arrived }));
    expect(await pull(undefined, { onProgress })).toMatchObject({ sha256: SHA });
    expect(cdn.requests.map((request) => request.headers.range)).toEqual([undefined, 'bytes=200000-']);
  });

  test('with other bytes than pinned is refused', async () => {
    const { pull, cacheDir } = await hub();
    await expect(pull({ revision: HUB_COMMIT, sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'source.checksum',
      message: expect.stringContaining(`got ${SHA}`),
    });
    expect(await cached(cacheDir, 'models')).toEqual([]);
  });

  test('without a pin is held against the sha256 that the hub states', async () => {
    const good = await hub();
    expect(await good.pull({ revision: HUB_COMMIT })).toMatchObject({ sha256: SHA });
    expect(await good.pull({ revision: HUB_COMMIT }, { offline: true })).toMatchObject({ from: 'cache' });

    const damaged = modelBytes(BYTES.length, 5);
    const cdn = await serve(cdnHandler(damaged));
    const bad = await hub({ cdn: cdn.origin });
    await expect(bad.pull({ revision: HUB_COMMIT })).rejects.toMatchObject({
      code: 'source.checksum',
      message: expect.stringContaining(`expected sha256 ${SHA}, got ${sha256Of(damaged)}`),
    });
  });

  test('comes from a mirror that only redirects, whatever hash the content network tags it with', async () => {
    const { pull } = await hub({ linked: false }, () => ({ etag: `"${'e'.repeat(64)}"` }));
    expect(await pull({ revision: HUB_COMMIT })).toMatchObject({ sha256: SHA });
  });
});

describe('a gated repository', () => {
  const token = 'hf_secret';

  test('is refused without a token, and the remedy names its page', async () => {
    const { site, pull } = await hub({ token });
    await expect(pull()).rejects.toMatchObject({
      code: 'source.forbidden',
      message: expect.stringContaining('HTTP 401'),
      where: `hf:${REPO}@${HUB_COMMIT}/${PATH}`,
      remedy: expect.stringMatching(
        new RegExp(`open ${site.origin}/owner/model, accept its terms, and set HF_TOKEN`),
      ),
    });
    expect(site.requests).toHaveLength(1);
  });

  test('is refused with a token that may not read it', async () => {
    const { pull } = await hub({ token });
    await expect(pull(undefined, { env: { HF_TOKEN: 'hf_other' } })).rejects.toMatchObject({
      code: 'source.forbidden',
      message: expect.stringContaining('HTTP 403'),
    });
  });

  test('opens to HF_TOKEN, which the content network never sees', async () => {
    const { site, cdn, pull } = await hub({ token });
    expect(await pull(undefined, { env: { HF_TOKEN: token } })).toMatchObject({ sha256: SHA });
    expect(site.requests.every((request) => request.headers.authorization === `Bearer ${token}`)).toBe(true);
    expect(cdn.requests.every((request) => request.headers.authorization === undefined)).toBe(true);
  });

  test('is not even asked with something that is no token', async () => {
    const { site, pull } = await hub({ token });
    await expect(pull(undefined, { env: { HF_TOKEN: 'secret' } })).rejects.toMatchObject({
      code: 'config.invalid',
    });
    expect(site.requests).toHaveLength(0);
  });
});

describe('a hub source that leads nowhere', () => {
  test('says that the file is not in the repository', async () => {
    const { pull } = await hub();
    await expect(pull({ path: 'other.onnx', revision: HUB_COMMIT })).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('there is no "other.onnx" in owner/model'),
    });
  });

  test('says that the revision is not known', async () => {
    const { pull } = await hub();
    await expect(pull({ revision: 'gone', sha256: SHA })).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('HTTP 404'),
    });
  });

  test('is asked again while the hub is busy, and given up in the end', async () => {
    const busy = await serve((_request, response) => void response.writeHead(503).end());
    await expect((await hub()).pull(undefined, { env: { HF_ENDPOINT: busy.origin } })).rejects.toMatchObject({
      code: 'source.transient',
      message: expect.stringContaining('HTTP 503'),
    });
    expect(busy.requests).toHaveLength(FAST_RETRY.attempts);
  });
});
