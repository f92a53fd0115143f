import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { watchArrivals } from '../support/arrivals.js';
import { sendBytes, useLocalServers, type SendOptions } from '../support/local-server.js';
import { useTempFolders } from '../support/temp-folder.js';
import { cached, md5Of, modelBytes, pullOverHttp as pull, sha256Of } from './model-bytes.js';

const BYTES = modelBytes();
const ASSET = '/owner/rembg/releases/download/v0.0.0/model.onnx';

const serve = useLocalServers();
const tempFolder = useTempFolders();

/** A release: its page sends every request to storage on another host, by an address that is good for one use. */
async function release(
  bytes: Buffer = BYTES,
  send: (count: number) => SendOptions = () => ({}),
): Promise<{
  readonly url: string;
  readonly site: { readonly requests: readonly unknown[] };
  readonly storage: Awaited<ReturnType<typeof serve>>;
}> {
  const good = new Set<string>();
  const storage = await serve((request, response, count) => {
    if (!good.delete(request.url ?? '')) return void response.writeHead(403).end('expired');
    sendBytes(request, response, bytes, { etag: '"0x8D"', ...send(count) });
  });
  const site = await serve((request, response, count) => {
    if (request.url !== ASSET) return void response.writeHead(404).end();
    const signed = `/storage/1?signature=${count}`;
    good.add(signed);
    response.writeHead(302, { location: `${storage.origin}${signed}` }).end();
  });
  return { url: `${site.origin}${ASSET}`, site, storage };
}

describe("a release's file", () => {
  test('is followed to storage and checked by the MD5 that rembg names', async () => {
    const { url, storage } = await release();
    const file = await pull(await tempFolder(), url, { md5: md5Of(BYTES) });
    expect(file).toMatchObject({ from: 'download', sha256: sha256Of(BYTES) });
    expect(storage.requests).toHaveLength(1);
  });

  test('goes on after a cut by a new address: the old one is used up', async () => {
    const { onProgress, arrived } = watchArrivals();
    const { url, site, storage } = await release(BYTES, (count) =>
      count === 1 ? { cutAfter: 120_000, arrived } : {},
    );
    const file = await pull(await tempFolder(), url, { md5: md5Of(BYTES) }, { onProgress });
    expect(sha256Of(await readFile(file.path))).toBe(sha256Of(BYTES));
    expect(site.requests).toHaveLength(2);
    expect(storage.requests.map(({ url: at, headers }) => [at, headers.range])).toEqual([
      ['/storage/1?signature=1', undefined],
      ['/storage/1?signature=2', 'bytes=120000-'],
    ]);
  });

  test('with other bytes than its MD5 is refused, and nothing of it kept', async () => {
    const { url } = await release(modelBytes(BYTES.length, 5));
    const cacheDir = await tempFolder();
    await expect(pull(cacheDir, url, { md5: md5Of(BYTES) })).rejects.toMatchObject({
      code: 'source.checksum',
      message: expect.stringContaining(`expected md5 ${md5Of(BYTES)}`),
    });
    expect(await cached(cacheDir, 'models')).toEqual([]);
  });

  test('that was taken down is told by its address', async () => {
    const { url } = await release();
    await expect(
      pull(await tempFolder(), url.replace('model.onnx', 'gone.onnx'), { md5: md5Of(BYTES) }),
    ).rejects.toMatchObject({ code: 'source.unreachable', message: expect.stringContaining('HTTP 404') });
  });
});
