import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { ensureModelFile } from '../../src/models/sources/pull.js';
import { sendBytes, useLocalServers } from '../support/local-server.js';
import { useTempFolders } from '../support/temp-folder.js';
import { cached, modelBytes, sha256Of, sourcesOf } from './model-bytes.js';

const BYTES = modelBytes(400_000);
const SHA = sha256Of(BYTES);
const COMPILED = pathToFileURL(join(PACKAGE_ROOT, 'dist', 'models', 'sources', 'pull.js')).href;

const serve = useLocalServers();
const tempFolder = useTempFolders();

/** Pulls in a process of its own, which prints where the file came from. */
async function startPull(
  cacheDir: string,
  url: string,
): Promise<{ child: ChildProcess; said: Promise<string> }> {
  const script = join(await tempFolder(), 'pull.mjs');
  const source = { kind: 'https', url, sha256: SHA };
  await writeFile(
    script,
    `import { ensureModelFile } from ${JSON.stringify(COMPILED)};
     const file = await ensureModelFile(${JSON.stringify(source)}, { cacheDir: ${JSON.stringify(cacheDir)}, env: {} });
     console.log(file.from, file.sha256);`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { child, said: new Promise((resolve) => child.once('close', () => resolve(output.trim()))) };
}

/** Sends the first half at once and the rest after `pauseMs`. */
function slowly(pauseMs: number): Parameters<typeof serve>[0] {
  return async (request, response) => {
    if (request.headers.range !== undefined) return sendBytes(request, response, BYTES);
    response.writeHead(200, { 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, BYTES.length / 2));
    await sleep(pauseMs);
    response.end(BYTES.subarray(BYTES.length / 2));
  };
}

test('a process killed in the middle leaves nothing in place, and the next one goes on from there', async () => {
  const server = await serve(slowly(60_000));
  const cacheDir = await tempFolder();
  const { child, said } = await startPull(cacheDir, `${server.origin}/m.onnx`);
  await untilPartHolds(cacheDir, BYTES.length / 2);
  child.kill('SIGKILL');
  await said;
  expect(await cached(cacheDir, 'models')).toEqual([]);
  expect(await cached(cacheDir, 'tmp')).toHaveLength(1);

  const file = await ensureModelFile(sourcesOf(`${server.origin}/m.onnx#sha256=${SHA}`), {
    cacheDir,
    env: {},
  });
  expect(sha256Of(await readFile(file.path))).toBe(SHA);
  expect(server.requests.at(-1)?.headers.range).toBe(`bytes=${BYTES.length / 2}-`);
  expect(await cached(cacheDir, 'tmp')).toEqual([]);
});

test('two processes that pull the same file at once both succeed, and neither takes the other\u2019s part', async () => {
  const server = await serve(slowly(700));
  const cacheDir = await tempFolder();
  const pulls = await Promise.all([1, 2].map(() => startPull(cacheDir, `${server.origin}/m.onnx`)));
  expect(await Promise.all(pulls.map(({ said }) => said))).toEqual([`download ${SHA}`, `download ${SHA}`]);
  expect(await cached(cacheDir, 'tmp')).toEqual([]);
  expect(await cached(cacheDir, 'models')).toEqual([`${SHA}.json`, `${SHA}.onnx`]);
  expect(server.requests.every((request) => request.headers.range === undefined)).toBe(true);
});

test('what killed processes left half unpacked, or long ago, is cleared away', async () => {
  const server = await serve((request, response) => sendBytes(request, response, BYTES));
  const cacheDir = await tempFolder();
  const tmp = join(cacheDir, 'tmp');
  const dead = `${hostname().replace(/[^A-Za-z0-9]/g, '')}-${await pidOfTheDead()}-00000000-1`;
  await mkdir(join(tmp, `npm-0.${dead}.dir`), { recursive: true });
  await writeFile(join(tmp, `md5-1.${dead}.part`), 'recent');
  await writeFile(join(tmp, `md5-2.${dead}.part`), 'old');
  await utimes(join(tmp, `md5-2.${dead}.part`), 0, 0);
  await ensureModelFile(sourcesOf(`${server.origin}/m.onnx#sha256=${SHA}`), { cacheDir, env: {} });
  expect(await cached(cacheDir, 'tmp')).toEqual([`md5-1.${dead}.part`]);
});

async function pidOfTheDead(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('close', resolve));
  return child.pid ?? 0;
}

async function untilPartHolds(cacheDir: string, bytes: number): Promise<void> {
  const folder = join(cacheDir, 'tmp');
  for (;;) {
    const [name] = await readdir(folder).catch(() => []);
    const size = name === undefined ? 0 : (await stat(join(folder, name))).size;
    if (size >= bytes) return;
    await sleep(20);
  }
}
