import { chmod, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveCacheDir } from '../../../src/core/cache-folder.js';
import { findCached } from '../../../src/models/sources/cache.js';
import type { PullEvent } from '../../../src/models/sources/progress.js';
import { ensureModelFile, ensureModelFiles, isHere } from '../../../src/models/sources/pull.js';
import { verifyModelFile } from '../../../src/models/sources/verify-file.js';
import { encoderDecoderSchema } from '../../../src/models/sources/source.js';
import { FAST_RETRY } from '../../support/fast-retry.js';
import { sendBytes, useLocalServers } from '../../support/local-server.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { cached, md5Of, modelBytes, sha256Of, sourcesOf } from '../model-bytes.js';

const BYTES = modelBytes(20_000);
const SHA = sha256Of(BYTES);
const OFFLINE = { MASKBENCH_OFFLINE: '1' };

const serve = useLocalServers();
const tempFolder = useTempFolders();

async function serveModel() {
  return serve((request, response) => {
    if (request.url === '/gone.onnx') response.writeHead(404).end();
    else sendBytes(request, response, request.url === '/wrong.onnx' ? modelBytes(20_000, 7) : BYTES);
  });
}

describe('the cache folder', () => {
  test('is the one given, else MASKBENCH_CACHE, else the platform convention', () => {
    expect(resolveCacheDir('here', { MASKBENCH_CACHE: 'there' })).toBe('here');
    expect(resolveCacheDir(undefined, { MASKBENCH_CACHE: 'there' })).toBe('there');
    expect(resolveCacheDir(undefined, {})).toMatch(/maskbench/);
  });
});

describe('a model file', () => {
  test('is fetched once, and then taken from the cache without the network', async () => {
    const server = await serveModel();
    const env = { MASKBENCH_CACHE: await tempFolder() };
    const sources = sourcesOf(`${server.origin}/m.onnx#sha256=${SHA}`);
    const first = await ensureModelFile(sources, { env });
    expect(first).toMatchObject({ from: 'download', sha256: SHA, bytes: BYTES.length });
    const second = await ensureModelFile(sources, { env: { ...env, ...OFFLINE } });
    expect(second).toEqual({ ...first, from: 'cache' });
    expect(server.requests).toHaveLength(1);
  });

  test('is one file however it is pinned, and from wherever it came', async () => {
    const server = await serveModel();
    const cacheDir = await tempFolder();
    const byMd5 = await ensureModelFile(sourcesOf(`${server.origin}/m.onnx#md5=${md5Of(BYTES)}`), {
      cacheDir,
    });
    const bySha = await ensureModelFile(sourcesOf(`https://elsewhere.example/x#sha256=${SHA}`), { cacheDir });
    const again = await ensureModelFile(sourcesOf(`https://elsewhere.example/x#md5=${md5Of(BYTES)}`), {
      cacheDir,
    });
    expect(bySha).toMatchObject({ path: byMd5.path, from: 'cache' });
    expect(again).toMatchObject({ path: byMd5.path, from: 'cache' });
    expect(server.requests).toHaveLength(1);
  });

  test('without any pin is trusted at first sight, and found again by its source', async () => {
    const server = await serveModel();
    const cacheDir = await tempFolder();
    const sources = sourcesOf({
      kind: 'https',
      url: `${server.origin}/m.onnx`,
      unpinned: 'none is published',
    });
    expect(await ensureModelFile(sources, { cacheDir })).toMatchObject({ from: 'download', sha256: SHA });
    expect(await ensureModelFile(sources, { cacheDir, offline: true })).toMatchObject({
      from: 'cache',
      sha256: SHA,
    });
  });

  test('comes from the next mirror when the first fails, and the caller hears of it', async () => {
    const server = await serveModel();
    for (const first of ['gone.onnx', 'wrong.onnx']) {
      const events: PullEvent[] = [];
      const file = await ensureModelFile(
        sourcesOf([`${server.origin}/${first}#sha256=${SHA}`, `${server.origin}/m.onnx`]),
        { cacheDir: await tempFolder(), onProgress: (event) => events.push(event) },
      );
      expect(file.source).toBe(`${server.origin}/m.onnx`);
      expect(events.filter((event) => event.kind === 'source-failed')).toMatchObject([
        { name: first, source: `${server.origin}/${first}`, reason: expect.any(String) },
      ]);
    }
  });

  test('that no mirror gives is one error that names each', async () => {
    const server = await serveModel();
    const mirrors = [`${server.origin}/gone.onnx#sha256=${SHA}`, `${server.origin}/wrong.onnx`];
    await expect(ensureModelFile(sourcesOf(mirrors), { cacheDir: await tempFolder() })).rejects.toMatchObject(
      {
        code: 'source.unreachable',
        message: expect.stringMatching(
          /none of the 2 sources.*gone\.onnx: .*HTTP 404; .*wrong\.onnx: .*expected sha256/,
        ),
      },
    );
  });

  test('that is not cached is refused offline, saying how to get it', async () => {
    const server = await serveModel();
    await expect(
      ensureModelFile(sourcesOf(`${server.origin}/m.onnx#sha256=${SHA}`), {
        env: { ...OFFLINE, MASKBENCH_CACHE: await tempFolder() },
      }),
    ).rejects.toMatchObject({
      code: 'source.unreachable',
      where: `${server.origin}/m.onnx`,
      remedy: expect.stringContaining('maskbench models pull'),
    });
    expect(server.requests).toHaveLength(0);
  });

  test('of the user is found relative to its YAML file, and checked if pinned', async () => {
    const baseDir = await tempFolder();
    const path = join(baseDir, 'mine.onnx');
    await writeFile(path, BYTES);
    const cacheDir = await tempFolder();
    expect(
      await ensureModelFile(sourcesOf('file:mine.onnx'), { baseDir, cacheDir, offline: true }),
    ).toMatchObject({
      path,
      sha256: SHA,
      bytes: BYTES.length,
      from: 'file',
    });
    await expect(
      ensureModelFile(sourcesOf(`file:mine.onnx#sha256=${'0'.repeat(64)}`), { baseDir, cacheDir }),
    ).rejects.toMatchObject({ code: 'source.checksum', where: path });
    await expect(ensureModelFile(sourcesOf('file:other.onnx'), { baseDir, cacheDir })).rejects.toMatchObject({
      code: 'data.missing',
      where: join(baseDir, 'other.onnx'),
    });
  });

  test('has a path for each role of a model', async () => {
    const server = await serveModel();
    const files = await ensureModelFiles(
      encoderDecoderSchema.parse({
        encoder: `${server.origin}/m.onnx#sha256=${SHA}`,
        decoder: { kind: 'https', url: `${server.origin}/wrong.onnx`, unpinned: 'a test' },
      }),
      { cacheDir: await tempFolder() },
    );
    expect(files['encoder']?.sha256).toBe(SHA);
    expect(files['decoder']?.sha256).toBe(sha256Of(modelBytes(20_000, 7)));
  });
});

async function pulled() {
  const server = await serveModel();
  const cacheDir = await tempFolder();
  const sources = sourcesOf(`${server.origin}/m.onnx#sha256=${SHA}`);
  const file = await ensureModelFile(sources, { cacheDir });
  const [source] = sources;
  if (source === undefined) throw new Error('no source');
  return { server, cacheDir, source, file };
}

describe('a damaged file in the cache', () => {
  test('is noticed by its size or time stamp, and fetched again', async () => {
    const { server, cacheDir, source, file } = await pulled();
    await writeFile(file.path, BYTES.subarray(0, 100));
    expect(await ensureModelFile(source, { cacheDir })).toMatchObject({ from: 'download', sha256: SHA });
    expect((await stat(file.path)).size).toBe(BYTES.length);
    expect(server.requests).toHaveLength(2);
  });

  test('is found by verify even if size and time stamp are right, and then replaced', async () => {
    const { cacheDir, source, file } = await pulled();
    expect(await verifyModelFile([source], { cacheDir })).toMatchObject({ kind: 'intact', sha256: SHA });
    const { atime, mtime } = await stat(file.path);
    const damaged = Buffer.from(BYTES).fill(0, 100, 200);
    await writeFile(file.path, damaged);
    await utimes(file.path, atime, mtime);
    expect(await verifyModelFile([source], { cacheDir })).toMatchObject({
      kind: 'damaged',
      error: {
        code: 'source.checksum',
        where: file.path,
        message: expect.stringContaining(`expected sha256 ${SHA}, got ${sha256Of(damaged)}`),
      },
    });
    expect(await ensureModelFile(source, { cacheDir })).toMatchObject({ from: 'download' });
    expect(await verifyModelFile([source], { cacheDir })).toMatchObject({ kind: 'intact' });
  });

  test('is only suspected when it was merely touched', async () => {
    const { server, cacheDir, source, file } = await pulled();
    await utimes(file.path, new Date(), new Date(0));
    expect(await ensureModelFile(source, { cacheDir })).toMatchObject({ from: 'cache' });
    expect(server.requests).toHaveLength(1);
  });

  test('may have lost its record, or have a torn one', async () => {
    const { cacheDir, source, file } = await pulled();
    await writeFile(file.path.replace('.onnx', '.json'), '{"bytes":');
    expect(await findCached(cacheDir, source, 'onnx')).toMatchObject({ sha256: SHA });
    expect(JSON.parse(await readFile(file.path.replace('.onnx', '.json'), 'utf8'))).toMatchObject({
      bytes: BYTES.length,
    });
  });

  test('is walked through once, and again when it has changed', async () => {
    const { cacheDir, source, file } = await pulled();
    const record = file.path.replace('.onnx', '.json');
    expect(await isHere([source], { cacheDir })).toBe(true);
    const known = await readFile(record, 'utf8');
    expect(JSON.parse(known)).toMatchObject({ bytes: BYTES.length, weights: [] });
    // What is known is taken: this network would need a file that is nowhere.
    const other = { ...JSON.parse(known), weights: [{ location: 'gone.bin', bytes: 1 }] } as unknown;
    await writeFile(record, JSON.stringify(other));
    expect(await isHere([source], { cacheDir })).toBe(false);
    await utimes(file.path, new Date(), new Date(0));
    expect(await isHere([source], { cacheDir })).toBe(true);
  });

  test('is not there at all for a source that was never pulled', async () => {
    const [source] = sourcesOf(`https://example.org/never#sha256=${SHA}`);
    if (source === undefined) throw new Error('no source');
    expect(await verifyModelFile([source], { cacheDir: await tempFolder() })).toEqual({ kind: 'absent' });
  });
});

describe('a cache folder that cannot be written to', () => {
  test('is an error of the configuration, with a remedy', async () => {
    const server = await serveModel();
    const file = join(await tempFolder(), 'a-file');
    await writeFile(file, '');
    await chmod(file, 0o600);
    await expect(
      ensureModelFile(sourcesOf(`${server.origin}/m.onnx#sha256=${SHA}`), {
        cacheDir: file,
        retry: FAST_RETRY,
      }),
    ).rejects.toMatchObject({ code: 'config.invalid', remedy: expect.stringContaining('MASKBENCH_CACHE') });
    expect(await cached(file, 'tmp')).toEqual([]);
  });
});
