import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadDataset, openDataset } from '../../src/datasets/load.js';
import { pullDataset, type PullOptions, type PullProgress } from '../../src/datasets/pull.js';
import { resolveDataset, type ResolvedDataset } from '../../src/datasets/resolve.js';
import { datasetSpecSchema } from '../../src/datasets/spec.js';
import { download, REVISION, useFakeHub, type FakeHub } from './fake-hub.js';
import { collect, useTempFolder } from './make-files.js';
import { writeZip, type Member } from './write-zip.js';

const tempFolder = useTempFolder();
const fakeHub = useFakeHub();

const WRAPPED: readonly Member[] = [
  { name: 'pack/Set/validation/im/a.png', content: 'image' },
  { name: 'pack/Set/validation/gt/a.png', content: 'truth' },
  { name: 'pack/terms.txt', content: 'terms' },
  { name: '__MACOSX/pack/._Set', content: 'x' },
];

interface Fixture {
  readonly dataset: ResolvedDataset;
  readonly hub: FakeHub;
  readonly folder: string;
  readonly options: PullOptions;
}

async function fixture(
  members: readonly Member[] = WRAPPED,
  changes: Record<string, unknown> = {},
): Promise<Fixture> {
  const folder = join(await tempFolder(), 'data');
  const content = await writeZip(join(await tempFolder(), 'set.zip'), members);
  const hub = await fakeHub(content);
  const spec = datasetSpecSchema.parse({
    name: 'set',
    layout: 'humans',
    root: join(folder, 'Set'),
    source: {
      kind: 'hf',
      repo: 'owner/set',
      revision: REVISION,
      file: 'packs/set.zip',
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.length,
      byHand: { url: 'http://by-hand.example', instructions: 'unpack it' },
    },
    ...changes,
  });
  const dataset = await resolveDataset(spec);
  return { dataset, hub, folder, options: { download, hub: { url: hub.url } } };
}

const careless: PullOptions['download'] = async (_url, { target }) => writeFile(target, 'something else');

describe('pulling a dataset from the hub', () => {
  it('loads the pinned archive, unpacks it from where its layout begins, and leaves nothing else', async () => {
    const { dataset, hub, folder, options } = await fixture();
    const phases: PullProgress[] = [];
    const result = await pullDataset(dataset, {
      ...options,
      onProgress: (progress) => phases.push(progress),
    });
    expect(result).toEqual({
      kind: 'pulled',
      root: dataset.root,
      files: 3,
      bytes: 15,
    });
    expect(await readdir(folder)).toEqual(['Set']);
    const loaded = await openDataset(dataset);
    expect((await collect(loaded.entries())).lines).toEqual(['validation/a']);
    expect(hub.requests.every(({ path }) => path.includes(`/resolve/${REVISION}/packs/set.zip`))).toBe(true);
    expect(phases.at(0)?.phase).toBe('download');
    expect(phases.at(-1)).toEqual({
      phase: 'unpack',
      done: 4,
      total: 4,
      unit: 'files',
    });
  });

  it('goes on where a cut connection left off', async () => {
    const { dataset, hub, folder, options } = await fixture();
    const part = join(folder, 'Set.zip.part');
    const stored = async (): Promise<boolean> => (await stat(part).catch(() => undefined))?.size === 100;
    hub.cut = {
      bytes: 100,
      until: async () => vi.waitUntil(stored, { timeout: 20_000 }).then(() => undefined),
    };
    await expect(pullDataset(dataset, options)).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['Set.zip.part']);
    hub.cut = undefined;
    await pullDataset(dataset, options);
    expect(hub.requests.at(-1)?.range).toBe('bytes=100-');
    expect(await readdir(folder)).toEqual(['Set']);
  });

  it('does not load again what is there', async () => {
    const { dataset, hub, options } = await fixture();
    await pullDataset(dataset, options);
    const before = hub.requests.length;
    expect(await pullDataset(dataset, options)).toEqual({
      kind: 'present',
      root: dataset.root,
    });
    expect(hub.requests.length).toBe(before);
  });

  it('keeps the archive if asked to, and unpacks a whole one without the hub', async () => {
    const { dataset, hub, folder, options } = await fixture();
    await pullDataset(dataset, { ...options, keepArchive: true });
    expect((await readdir(folder)).sort()).toEqual(['Set', 'Set.zip']);
    const before = hub.requests.length;
    const again = { ...dataset, root: join(folder, 'Again') };
    await writeFile(`${again.root}.zip`, await readFile(`${dataset.root}.zip`));
    expect(await pullDataset(again, options)).toMatchObject({ kind: 'pulled' });
    expect(hub.requests.length).toBe(before);
  });

  it('sends the access token, to the hub and with the download', async () => {
    const { dataset, hub, options } = await fixture();
    await pullDataset(dataset, {
      ...options,
      hub: { url: hub.url, accessToken: 'hf_secret' },
    });
    expect(hub.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
    ]);
  });

  it('refuses a file whose checksum or size is not the pinned one, before loading it', async () => {
    const { dataset, hub, folder, options } = await fixture();
    hub.etag = `"${'0'.repeat(64)}"`;
    await expect(pullDataset(dataset, options)).rejects.toMatchObject({
      code: 'source.checksum',
    });
    const { spec } = dataset;
    if (spec.source?.kind !== 'hf') throw new Error('not reached');
    const larger = {
      ...dataset,
      spec: {
        ...spec,
        source: { ...spec.source, bytes: spec.source.bytes + 1 },
      },
    };
    await expect(pullDataset(larger, options)).rejects.toMatchObject({
      code: 'source.checksum',
      message: expect.stringContaining('bytes'),
    });
    expect(hub.requests.every(({ range }) => range === 'bytes=0-0')).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it('checks the loaded file itself, whatever the download has let through', async () => {
    const { dataset, folder, options } = await fixture();
    await expect(pullDataset(dataset, { ...options, download: careless })).rejects.toMatchObject({
      code: 'source.checksum',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('wants the terms accepted first', async () => {
    const terms = { url: 'http://terms.example', mustAccept: true };
    const { dataset, hub, options } = await fixture(WRAPPED, { terms });
    await expect(pullDataset(dataset, options)).rejects.toMatchObject({
      code: 'source.forbidden',
      where: 'http://terms.example',
      remedy: expect.stringContaining('--accept-terms'),
    });
    expect(hub.requests).toEqual([]);
    expect(await pullDataset(dataset, { ...options, acceptTerms: true })).toMatchObject({ kind: 'pulled' });
  });

  it('says when the archive holds something else, and leaves no half of a root', async () => {
    const { dataset, folder, options } = await fixture([{ name: 'coco/annotations.json', content: '{}' }]);
    await expect(pullDataset(dataset, options)).rejects.toMatchObject({
      code: 'data.missing',
      message: 'no sample of dataset "set" among the unpacked files',
    });
    expect(await readdir(folder)).toEqual(['Set.zip']);
  });

  it('never lets a member out of its folder', async () => {
    const { dataset, folder, options } = await fixture([
      ...WRAPPED,
      { name: '../../evil.txt', content: 'x' },
    ]);
    await expect(pullDataset(dataset, options)).rejects.toMatchObject({
      code: 'data.unsafe-path',
    });
    expect(await readdir(folder)).toEqual(['Set.zip']);
  });

  it('replaces an empty root', async () => {
    const { dataset, options } = await fixture();
    await mkdir(dataset.root, { recursive: true });
    expect(await pullDataset(dataset, options)).toMatchObject({
      kind: 'pulled',
    });
  });

  it('stops on request, and can be repeated', async () => {
    const { dataset, options } = await fixture();
    const stop = new AbortController();
    const stopping = {
      ...options,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    };
    await expect(pullDataset(dataset, stopping)).rejects.toThrow();
    expect(await pullDataset(dataset, options)).toMatchObject({
      kind: 'pulled',
    });
  });
});

describe('a hub that does not give', () => {
  it.each([
    [401, 'source.forbidden', 'HF_TOKEN'],
    [403, 'source.forbidden', 'HF_TOKEN'],
    [404, 'source.unreachable', 'http://by-hand.example'],
    [500, 'source.transient', 'http://by-hand.example'],
  ])('answers %i: %s, and what to do', async (status, code, remedy) => {
    const { dataset, hub, options } = await fixture();
    hub.status = status;
    await expect(pullDataset(dataset, options)).rejects.toMatchObject({
      code,
      remedy: expect.stringContaining(remedy),
    });
  });

  it('cannot be reached: the way by hand is named', async () => {
    const { dataset, options } = await fixture();
    const nowhere = { ...options, hub: { url: 'http://127.0.0.1:9' } };
    await expect(pullDataset(dataset, nowhere)).rejects.toMatchObject({
      code: 'source.transient',
      remedy: expect.stringContaining('http://by-hand.example: unpack it'),
    });
  });
});

describe('pulling a dataset that no program may load', () => {
  it('gives the instructions', async () => {
    const source = {
      kind: 'manual',
      url: 'http://drive.example/x',
      instructions: 'put it there',
    };
    const { dataset, options } = await fixture(WRAPPED, { source });
    expect(await pullDataset(dataset, options)).toEqual({
      kind: 'manual',
      root: dataset.root,
      url: source.url,
      instructions: source.instructions,
    });
    await expect(loadDataset(dataset.spec)).rejects.toMatchObject({
      code: 'data.missing',
    });
  });

  it('without any source is refused', async () => {
    const { dataset, options } = await fixture(WRAPPED, { source: undefined });
    await expect(pullDataset(dataset, options)).rejects.toMatchObject({
      code: 'source.unreachable',
    });
  });
});
