import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { ensureModelFile } from '../../src/models/sources/pull.js';
import { FAST_RETRY } from '../support/fast-retry.js';
import { sendBytes, useLocalServers } from '../support/local-server.js';
import { useTempFolders } from '../support/temp-folder.js';
import { cached, modelBytes, sha256Of, sourcesOf } from './model-bytes.js';

const BYTES = modelBytes(3_000_000);
const SHA = sha256Of(BYTES);

const serve = useLocalServers();
const tempFolder = useTempFolders();

/** A file system of one megabyte. Only root may make one. */
let smallDisk: string | undefined;

beforeEach(async () => {
  const folder = join(await tempFolder(), 'disk');
  await mkdir(folder);
  try {
    asRoot('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
    smallDisk = folder;
  } catch {
    smallDisk = undefined;
  }
});

afterEach(() => {
  if (smallDisk !== undefined) asRoot('umount', smallDisk);
});

function asRoot(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'ignore' });
}

function needDisk(context: TestContext): string {
  return smallDisk ?? context.skip('a small file system can only be mounted by root on Linux');
}

describe('a disk without room for the model', () => {
  test('is noticed before anything is fetched where the size is known', async (context) => {
    const cacheDir = needDisk(context);
    const server = await serve((request, response) => sendBytes(request, response, BYTES));
    await expect(pull(cacheDir, `${server.origin}/m.onnx`)).rejects.toMatchObject({
      code: 'disk.full',
      message: expect.stringMatching(/3000000 bytes more are needed, \d+ are free/),
      where: join(cacheDir, 'tmp'),
      remedy: expect.stringContaining('MASKBENCH_CACHE'),
    });
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });

  test('is noticed when it is full where the size is not known, and what came is removed', async (context) => {
    const cacheDir = needDisk(context);
    const server = await serve((_request, response) => void response.writeHead(200).end(BYTES));
    await expect(pull(cacheDir, `${server.origin}/m.onnx`)).rejects.toMatchObject({
      code: 'disk.full',
      where: join(cacheDir, 'tmp'),
    });
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
    expect(await cached(cacheDir, 'models')).toEqual([]);
  });
});

function pull(cacheDir: string, url: string) {
  return ensureModelFile(sourcesOf({ kind: 'https', url, sha256: SHA }), {
    cacheDir,
    env: {},
    retry: FAST_RETRY,
  });
}
