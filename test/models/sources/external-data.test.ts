import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureModelFile, isHere } from '../../../src/models/sources/pull.js';
import { verifyModelFile } from '../../../src/models/sources/verify-file.js';
import type { PullEvent } from '../../../src/models/sources/progress.js';
import { FAST_RETRY } from '../../support/fast-retry.js';
import { cdnHandler, HUB_COMMIT, hubHandler } from '../../support/hub-server.js';
import { sendBytes, useLocalServers } from '../../support/local-server.js';
import { makePackage, npmEnvironment, registryHandler } from '../../support/npm-registry.js';
import { encodeOnnx, floatValue } from '../../support/onnx-builder.js';
import { splitModel, writeFolder, type ModelFolder } from '../../support/split-model.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { resourceFiles } from '../chunked-package.js';
import { cached, sha256Of, sourcesOf } from '../model-bytes.js';

const serve = useLocalServers();
const tempFolder = useTempFolders();

const FOLDER = splitModel({ locations: ['m.onnx_data', 'parts/w 2.bin'] });
const OTHER = splitModel({ locations: ['m.onnx_data', 'parts/w 2.bin'], gain: 0.5 });
const BYTES = Object.values(FOLDER).reduce((sum, { length }) => sum + length, 0);
const GRAPH = FOLDER['m.onnx'] ?? Buffer.alloc(0);
const WEIGHTS = FOLDER['m.onnx_data'] ?? Buffer.alloc(0);
const NAMES = ['m.onnx_data', 'parts/w 2.bin'];
const UNPINNED = { unpinned: 'a test' };

/** A server of static files: a folder's, below /models/. */
async function serveFolder(files: ModelFolder) {
  return serve((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://server');
    const bytes = files[decodeURIComponent(pathname).slice('/models/'.length)];
    if (bytes === undefined) response.writeHead(404).end();
    else sendBytes(request, response, bytes, { etag: '"1"' });
  });
}

async function ownFolder(files: ModelFolder): Promise<string> {
  const folder = await tempFolder();
  await writeFolder(folder, files);
  return folder;
}

const ensureOwn = async (files: ModelFolder) =>
  ensureModelFile(sourcesOf('file:m.onnx'), { baseDir: await ownFolder(files) });

const pinsOf = (files: ModelFolder) =>
  Object.fromEntries(NAMES.map((name) => [name, { sha256: sha256Of(files[name] ?? Buffer.alloc(0)) }]));

/** What ONNX Runtime will find beside the model, by the names that the model has. */
async function besides(path: string): Promise<readonly string[]> {
  return Promise.all(NAMES.map(async (name) => sha256Of(await readFile(join(dirname(path), name)))));
}

const EXPECTED = NAMES.map((name) => sha256Of(FOLDER[name] ?? Buffer.alloc(0)));

describe('a model with weights in other files', () => {
  test('is all of them: its size, and its hash', async () => {
    const model = await ensureOwn(FOLDER);
    expect(model).toMatchObject({ from: 'file', bytes: BYTES });
    expect(model.data.map(({ location }) => location)).toEqual(NAMES);
    const other = await ensureOwn(OTHER);
    expect(other.bytes).toBe(BYTES);
    expect(other.sha256).not.toBe(model.sha256);
    expect((await ensureOwn({ ...OTHER })).sha256).toBe(other.sha256);
  });

  test('keeps the hash of its one file if there is no other', async () => {
    const graph = encodeOnnx({
      graph: { inputs: [floatValue('x', [1])], outputs: [floatValue('x', [1])], nodes: [] },
    });
    expect((await ensureOwn({ 'm.onnx': graph })).sha256).toBe(sha256Of(graph));
  });

  test('is refused where one of them is a link out of its folder, which ONNX Runtime does not follow', async () => {
    const [here, there] = [await ownFolder(FOLDER), await ownFolder(FOLDER)];
    await rm(join(here, 'm.onnx_data'));
    await symlink(join(there, 'm.onnx_data'), join(here, 'm.onnx_data'));
    await expect(ensureModelFile(sourcesOf('file:m.onnx'), { baseDir: here })).rejects.toMatchObject({
      code: 'data.unsafe-path',
      message: '"m.onnx_data" is a link out of the model\'s folder',
      where: join(here, 'm.onnx_data'),
    });
    await rm(join(here, 'm.onnx'));
    await symlink(join(there, 'm.onnx'), join(here, 'm.onnx'));
    await expect(ensureModelFile(sourcesOf('file:m.onnx'), { baseDir: here })).resolves.toMatchObject({
      bytes: BYTES,
    });
  });

  test('is refused without one of them, by name', async () => {
    const { 'parts/w 2.bin': _gone, ...rest } = FOLDER;
    await expect(ensureOwn(rest)).rejects.toMatchObject({
      code: 'data.missing',
      message: 'no such file of weights "parts/w 2.bin"',
      where: expect.stringMatching(/w 2\.bin$/),
    });
  });

  test.each([
    [
      'cut off',
      WEIGHTS.subarray(0, 100),
      '"m.onnx_data" has 100 bytes, and the model\'s weights go on to byte 12288',
    ],
    ['empty', Buffer.alloc(0), 'not the file of weights "m.onnx_data", but an empty file'],
    [
      'a pointer',
      Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 12288\n`),
      'not the file of weights "m.onnx_data", but a Git LFS pointer to a file of 12288 bytes',
    ],
    [
      'a web page longer than the weights',
      Buffer.from(`<!DOCTYPE html><title>Sign in</title>${' '.repeat(20_000)}`),
      'not the file of weights "m.onnx_data", but a web page ("Sign in")',
    ],
  ])('is refused where one of them is %s', async (_what, bytes, message) => {
    await expect(ensureOwn({ ...FOLDER, 'm.onnx_data': bytes })).rejects.toMatchObject({
      code: 'model.load',
      message,
    });
  });

  test.each(['../m.data', 'a/../../m.data', '/etc/hostname', 'C:m.data', 'a\\b', '.', 'a/', 'nul\0'])(
    'is refused where it looks for them outside its folder: %j',
    async (location) => {
      const model = splitModel({ locations: [location] })['m.onnx'] ?? Buffer.alloc(0);
      await expect(ensureOwn({ 'm.onnx': model })).rejects.toMatchObject({ code: 'data.unsafe-path' });
    },
  );

  test('may be told by checksums, of the files that it has', async () => {
    const baseDir = await ownFolder(FOLDER);
    const ensure = (data: object) =>
      ensureModelFile(sourcesOf({ kind: 'file', path: 'm.onnx', data }), { baseDir });
    await expect(ensure(pinsOf(FOLDER))).resolves.toMatchObject({ bytes: BYTES });
    await expect(ensure(pinsOf(OTHER))).rejects.toMatchObject({
      code: 'source.checksum',
      where: join(baseDir, 'm.onnx_data'),
    });
    await expect(ensure({ 'm.onnx.data': { bytes: 5 } })).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'the model has no weights in "m.onnx.data"',
    });
  });
});

describe('weights beside a model on a web server', () => {
  test('are fetched from the same folder, and lie beside it in the cache', async () => {
    const server = await serveFolder(FOLDER);
    const cacheDir = await tempFolder();
    const sources = sourcesOf({ kind: 'https', url: `${server.origin}/models/m.onnx?key=1`, ...UNPINNED });
    const events: PullEvent[] = [];
    const options = { cacheDir, name: 'mine', onProgress: (event: PullEvent) => void events.push(event) };
    const model = await ensureModelFile(sources, options);
    expect(model).toMatchObject({ from: 'download', bytes: BYTES });
    expect(model.sha256).toBe((await ensureOwn(FOLDER)).sha256);
    expect(await besides(model.path)).toEqual(EXPECTED);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/models/m.onnx?key=1',
      '/models/m.onnx_data?key=1',
      '/models/parts/w%202.bin?key=1',
    ]);
    expect(new Set(events.map(({ name }) => name))).toEqual(
      new Set(['mine', 'mine (m.onnx_data)', 'mine (parts/w 2.bin)']),
    );
    expect(await ensureModelFile(sources, { cacheDir, offline: true })).toEqual({
      ...model,
      from: 'cache',
      data: model.data.map((file) => ({ ...file, from: 'cache' })),
    });
    expect(await isHere(sources, { cacheDir })).toBe(true);
  });

  test('need a checksum as the model does', async () => {
    const server = await serveFolder(FOLDER);
    const pinned = { kind: 'https', url: `${server.origin}/models/m.onnx`, sha256: sha256Of(GRAPH) };
    const cacheDir = await tempFolder();
    await expect(ensureModelFile(sourcesOf(pinned), { cacheDir })).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'its weights are in "m.onnx_data", which has no checksum',
      remedy: expect.stringContaining('data: { "m.onnx_data": { sha256: ... } }'),
    });
    const data = pinsOf(FOLDER);
    expect(await ensureModelFile(sourcesOf({ ...pinned, data }), { cacheDir })).toMatchObject({
      bytes: BYTES,
    });
  });

  test('make two models of one graph, side by side in one cache', async () => {
    const cacheDir = await tempFolder();
    const models = [];
    for (const files of [FOLDER, OTHER]) {
      const server = await serveFolder(files);
      const url = `${server.origin}/models/m.onnx`;
      const sources = sourcesOf({ kind: 'https', url, sha256: sha256Of(GRAPH), data: pinsOf(files) });
      models.push(await ensureModelFile(sources, { cacheDir }));
    }
    const [one, two] = models;
    expect(one?.sha256).not.toBe(two?.sha256);
    expect(await besides(one?.path ?? '')).toEqual(EXPECTED);
    expect(await besides(two?.path ?? '')).not.toEqual(EXPECTED);
  });

  test('come from the next mirror, and are gone on with after a cut', async () => {
    let cuts = 0;
    const server = await serve((request, response) => {
      const [, mirror, name] = /^\/(\w+)\/(.*)$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
      const bytes = FOLDER[name ?? ''];
      if (bytes === undefined || (mirror === 'first' && name !== 'm.onnx')) response.writeHead(404).end();
      else if (name === 'm.onnx_data' && cuts++ === 0) {
        sendBytes(request, response, bytes, { etag: '"1"', cutAfter: 6000 });
      } else sendBytes(request, response, bytes, { etag: '"1"' });
    });
    const mirrors = ['first', 'second'].map((mirror) => ({
      kind: 'https',
      url: `${server.origin}/${mirror}/m.onnx`,
      sha256: sha256Of(GRAPH),
      data: pinsOf(FOLDER),
    }));
    const model = await ensureModelFile(sourcesOf(mirrors), {
      cacheDir: await tempFolder(),
      retry: FAST_RETRY,
    });
    expect(await besides(model.path)).toEqual(EXPECTED);
    expect(server.requests.some(({ headers }) => headers.range === 'bytes=6000-')).toBe(true);
  });

  test('that did not come leave the model unfinished, and only they are fetched later', async () => {
    const files: Record<string, Buffer> = { 'm.onnx': GRAPH, 'm.onnx_data': WEIGHTS };
    const server = await serveFolder(files);
    const cacheDir = await tempFolder();
    const sources = sourcesOf({ kind: 'https', url: `${server.origin}/models/m.onnx`, ...UNPINNED });
    await expect(ensureModelFile(sources, { cacheDir })).rejects.toMatchObject({
      code: 'source.unreachable',
      where: `${server.origin}/models/parts/w%202.bin`,
    });
    expect(await isHere(sources, { cacheDir })).toBe(false);
    await expect(ensureModelFile(sources, { cacheDir, offline: true })).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('file of weights "parts/w 2.bin"'),
    });
    Object.assign(files, FOLDER);
    const before = server.requests.length;
    expect(await besides((await ensureModelFile(sources, { cacheDir })).path)).toEqual(EXPECTED);
    expect(server.requests.length).toBe(before + 1);
  });

  test('are found out when they are damaged in the cache, and mended', async () => {
    const server = await serveFolder(FOLDER);
    const cacheDir = await tempFolder();
    const sources = sourcesOf({ kind: 'https', url: `${server.origin}/models/m.onnx`, ...UNPINNED });
    const model = await ensureModelFile(sources, { cacheDir });
    expect(await verifyModelFile(sources, { cacheDir })).toEqual({ kind: 'intact', sha256: model.sha256 });
    const [file] = model.data;
    await writeFile(file?.path ?? '', Buffer.from(WEIGHTS).fill(0, 0, 8));
    expect(await verifyModelFile(sources, { cacheDir })).toMatchObject({
      kind: 'damaged',
      error: { code: 'source.checksum', where: file?.path },
    });
    const again = await ensureModelFile(sources, { cacheDir });
    expect(again.path).toBe(model.path);
    expect(await besides(again.path)).toEqual(EXPECTED);
    await rm(file?.path ?? '');
    expect(await verifyModelFile(sources, { cacheDir })).toMatchObject({
      kind: 'damaged',
      error: { message: 'the file of weights "m.onnx_data" is not in the cache' },
    });
  });
});

describe('weights beside a model elsewhere', () => {
  test('come from the same commit of a repository on the hub', async () => {
    const repo = 'owner/model';
    const handlers = await Promise.all(
      Object.entries(FOLDER).map(async ([name, bytes]) => {
        const cdn = await serve(cdnHandler(bytes));
        const path = `onnx/${name.replaceAll(' ', '%20')}`;
        return { path, handler: hubHandler({ repo, path, bytes, cdn: cdn.origin }) };
      }),
    );
    const site = await serve((request, response, count) => {
      const asked = handlers.find(({ path }) => request.url?.endsWith(`/${path}`)) ?? handlers[0];
      return asked?.handler(request, response, count);
    });
    const sources = sourcesOf({ kind: 'hf', repo, revision: 'main', path: 'onnx/m.onnx' });
    const env = { HF_ENDPOINT: site.origin };
    const model = await ensureModelFile(sources, { cacheDir: await tempFolder(), retry: FAST_RETRY, env });
    expect(model).toMatchObject({ revision: HUB_COMMIT, bytes: BYTES });
    expect(await besides(model.path)).toEqual(EXPECTED);
    const branches = site.requests.filter(({ url }) => url?.includes('/revision/main'));
    expect(branches).toHaveLength(1);
  });

  test.each([
    ['members', { path: 'dist/m.onnx' }],
    ['resources in chunks', { resource: '/models/m.onnx' }],
  ])('come from the same package, as %s', async (_what, place) => {
    const members = Object.fromEntries(
      Object.entries(FOLDER).map(([name, bytes]) => [`dist/${name}`, bytes]),
    );
    const resources = Object.fromEntries(
      Object.entries(FOLDER).map(([name, bytes]) => [`/models/${name}`, bytes]),
    );
    const files = 'path' in place ? members : resourceFiles(resources);
    const published = await makePackage('weights-test', '1.0.0', files);
    const registry = await serve(registryHandler(published));
    const folder = await tempFolder();
    const env = await npmEnvironment(folder, registry);
    const { integrity } = published;
    const source = { kind: 'npm', package: 'weights-test', version: '1.0.0', integrity, ...place };
    const cacheDir = join(folder, 'cache');
    const model = await ensureModelFile(sourcesOf(source), { cacheDir, env });
    expect(await besides(model.path)).toEqual(EXPECTED);
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });
});
