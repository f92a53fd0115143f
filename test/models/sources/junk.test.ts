import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheKeyOf } from '../../../src/models/sources/pins.js';
import { ensureModelFile, isHere } from '../../../src/models/sources/pull.js';
import { verifyModelFile } from '../../../src/models/sources/verify-file.js';
import { FAST_RETRY } from '../../support/fast-retry.js';
import { cdnHandler, HUB_COMMIT, hubHandler } from '../../support/hub-server.js';
import { sendBytes, useLocalServers } from '../../support/local-server.js';
import { makePackage, npmEnvironment, registryHandler } from '../../support/npm-registry.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { cached, modelBytes, sha256Of, sourcesOf } from '../model-bytes.js';

const serve = useLocalServers();
const tempFolder = useTempFolders();

const MODEL = modelBytes(20_000);
const PAGE = Buffer.from('<!DOCTYPE html><title>Virus scan warning</title><p>Too large to scan');
const POINTER = Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 20000\n`);
const IS_PAGE = expect.stringContaining('but a web page ("Virus scan warning")');
const UNPINNED = { unpinned: 'a test' };

async function nothingKept(cacheDir: string): Promise<void> {
  for (const folder of ['tmp', 'models', 'names'] as const)
    expect(await cached(cacheDir, folder)).toEqual([]);
}

async function serveBytes(of: (path: string) => Buffer) {
  return serve((request, response) => sendBytes(request, response, of(request.url ?? '')));
}

describe('what is no model', () => {
  test.each([
    ['without a pin', UNPINNED],
    ['with a checksum', { sha256: sha256Of(MODEL) }],
    ['with a checksum and a size, and is much shorter', { sha256: sha256Of(MODEL), bytes: MODEL.length }],
    ['with a checksum of its own', { sha256: sha256Of(PAGE) }],
  ])('is refused from a web server %s, by what it is, and nothing of it kept', async (_what, pins) => {
    const server = await serveBytes(() => PAGE);
    const cacheDir = await tempFolder();
    const sources = sourcesOf({ kind: 'https', url: `${server.origin}/m.onnx`, ...pins });
    await expect(ensureModelFile(sources, { cacheDir, retry: FAST_RETRY })).rejects.toMatchObject({
      code: 'model.load',
      message: IS_PAGE,
      where: `${server.origin}/m.onnx`,
    });
    expect(server.requests).toHaveLength(1);
    await nothingKept(cacheDir);
  });

  test('gives way to the next mirror', async () => {
    const server = await serveBytes((path) => (path === '/page.onnx' ? PAGE : MODEL));
    const mirrors = ['page.onnx', 'm.onnx'].map(
      (name) => `${server.origin}/${name}#sha256=${sha256Of(MODEL)}`,
    );
    const file = await ensureModelFile(sourcesOf(mirrors), { cacheDir: await tempFolder() });
    expect(file.source).toBe(`${server.origin}/m.onnx`);
  });

  test('is refused from the hub', async () => {
    const cdn = await serve(cdnHandler(POINTER));
    const path = 'm.onnx';
    const site = await serve(hubHandler({ repo: 'owner/model', path, bytes: POINTER, cdn: cdn.origin }));
    const cacheDir = await tempFolder();
    const sources = sourcesOf(`hf:owner/model@${HUB_COMMIT}/m.onnx`);
    await expect(
      ensureModelFile(sources, { cacheDir, retry: FAST_RETRY, env: { HF_ENDPOINT: site.origin } }),
    ).rejects.toMatchObject({
      code: 'model.load',
      message: expect.stringContaining('a Git LFS pointer to a file of 20000 bytes'),
      remedy: expect.stringContaining('git lfs pull'),
    });
    await nothingKept(cacheDir);
  });

  test('is refused from a package', async () => {
    const published = await makePackage('junk-test', '1.0.0', { 'm.onnx': POINTER });
    const registry = await serve(registryHandler(published));
    const folder = await tempFolder();
    const env = await npmEnvironment(folder, registry);
    const { integrity } = published;
    const source = { kind: 'npm', package: 'junk-test', version: '1.0.0', integrity, path: 'm.onnx' };
    const cacheDir = join(folder, 'cache');
    await expect(ensureModelFile(sourcesOf(source), { cacheDir, env })).rejects.toMatchObject({
      code: 'model.load',
      message: expect.stringContaining('Git LFS pointer'),
      where: expect.stringContaining('npm:junk-test@1.0.0'),
    });
    await nothingKept(cacheDir);
  });

  test('is refused as a file of the user', async () => {
    const baseDir = await tempFolder();
    await writeFile(join(baseDir, 'm.onnx'), MODEL.subarray(0, 9000));
    await expect(ensureModelFile(sourcesOf('file:m.onnx'), { baseDir })).rejects.toMatchObject({
      code: 'model.load',
      message: expect.stringMatching(/^not a whole ONNX file: cut off at 9000 of at least \d+ bytes$/),
      where: join(baseDir, 'm.onnx'),
    });
  });
});

/** A cache as an earlier version left it, which kept whatever came. */
async function oldCache(source: object, bytes: Buffer) {
  const cacheDir = await tempFolder();
  const sources = sourcesOf(source);
  const [first] = sources;
  if (first === undefined) throw new Error('no source');
  for (const folder of ['models', 'names', 'tmp']) await mkdir(join(cacheDir, folder));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = join(cacheDir, 'models', `${sha256}.onnx`);
  await writeFile(path, bytes);
  const { mtimeMs } = await stat(path);
  const record = { bytes: bytes.length, mtimeMs, from: 'a test' };
  await writeFile(path.replace(/onnx$/, 'json'), JSON.stringify(record));
  await writeFile(join(cacheDir, 'names', `${cacheKeyOf(first)}.json`), JSON.stringify({ sha256 }));
  return { cacheDir, sources, path };
}

describe('what an earlier version kept in the cache though it is no model', () => {
  test('is fetched again, and removed then', async () => {
    const server = await serveBytes(() => MODEL);
    const source = { kind: 'https', url: `${server.origin}/m.onnx`, ...UNPINNED };
    const { cacheDir, sources } = await oldCache(source, PAGE);
    expect(await isHere(sources, { cacheDir })).toBe(false);
    expect(await verifyModelFile(sources, { cacheDir })).toMatchObject({
      kind: 'damaged',
      error: { code: 'model.load', message: IS_PAGE },
    });
    const file = await ensureModelFile(sources, { cacheDir });
    expect(file).toMatchObject({ from: 'download', sha256: sha256Of(MODEL) });
    expect((await readdir(join(cacheDir, 'models'))).sort()).toEqual(
      [`${sha256Of(MODEL)}.json`, `${sha256Of(MODEL)}.onnx`].sort(),
    );
    expect(await ensureModelFile(sources, { cacheDir, offline: true })).toMatchObject({ from: 'cache' });
  });

  test('is told without the network, with the remedy', async () => {
    const source = { kind: 'https', url: 'https://example.org/m.onnx', ...UNPINNED };
    const { cacheDir, sources, path } = await oldCache(source, PAGE);
    await expect(ensureModelFile(sources, { cacheDir, offline: true })).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringMatching(
        /^the cache holds not an ONNX model, but a web page .*network may not be used$/,
      ),
      remedy: expect.stringContaining('maskbench models pull'),
    });
    expect((await stat(path)).size).toBe(PAGE.length);
  });

  test('is told with its reason where the source gives the same again', async () => {
    const server = await serveBytes(() => PAGE);
    const source = { kind: 'https', url: `${server.origin}/m.onnx`, sha256: sha256Of(PAGE) };
    const { cacheDir, sources } = await oldCache(source, PAGE);
    await expect(ensureModelFile(sources, { cacheDir })).rejects.toMatchObject({
      code: 'model.load',
      message: IS_PAGE,
    });
  });

  test('is not gone on with where it was the beginning of a download', async () => {
    const server = await serveBytes(() => MODEL);
    const cacheDir = await tempFolder();
    await mkdir(join(cacheDir, 'tmp'));
    const sha256 = sha256Of(MODEL);
    await writeFile(join(cacheDir, 'tmp', `sha256-${sha256}.left.part`), PAGE);
    const sources = sourcesOf({ kind: 'https', url: `${server.origin}/m.onnx`, sha256 });
    expect(await ensureModelFile(sources, { cacheDir })).toMatchObject({ from: 'download', sha256 });
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined]);
  });
});
