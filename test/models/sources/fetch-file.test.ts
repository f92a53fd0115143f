import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { PullEvent } from '../../../src/models/sources/progress.js';
import { sendBytes, useLocalServers } from '../../support/local-server.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { cached, md5Of, modelBytes, pullOverHttp as pull, sha256Of } from '../model-bytes.js';

const BYTES = modelBytes();
const PINNED = { sha256: sha256Of(BYTES), bytes: BYTES.length };

const serve = useLocalServers();
const tempFolder = useTempFolders();

describe('a download over https', () => {
  test('follows redirects, tells its progress, and ends in the cache', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/release') response.writeHead(302, { location: '/asset?signature=1' }).end();
      else sendBytes(request, response, BYTES);
    });
    const cacheDir = await tempFolder();
    const events: PullEvent[] = [];
    const file = await pull(cacheDir, `${server.origin}/release`, PINNED, {
      onProgress: (e) => events.push(e),
    });
    expect(file).toMatchObject({ sha256: PINNED.sha256, bytes: BYTES.length, from: 'download' });
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(events.at(-1)).toEqual({
      kind: 'download',
      name: 'release',
      receivedBytes: BYTES.length,
      totalBytes: BYTES.length,
    });
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });

  test('asks for the bytes as they are, not compressed', async () => {
    const server = await serve((request, response) => sendBytes(request, response, BYTES));
    await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED);
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  test.each([
    ['sha256', { sha256: 'f'.repeat(64) }, `expected sha256 ${'f'.repeat(64)}, got ${PINNED.sha256}`],
    ['md5', { md5: 'f'.repeat(32) }, `expected md5 ${'f'.repeat(32)}, got ${md5Of(BYTES)}`],
    ['size', { sha256: PINNED.sha256, bytes: 1000 }, 'expected 1000 bytes, got '],
  ])('with another %s than pinned is refused, and nothing of it is kept', async (_what, pins, message) => {
    const server = await serve((request, response) => sendBytes(request, response, BYTES));
    const cacheDir = await tempFolder();
    await expect(pull(cacheDir, `${server.origin}/m.onnx`, pins)).rejects.toMatchObject({
      code: 'source.checksum',
      message: expect.stringContaining(message),
      where: `${server.origin}/m.onnx`,
    });
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
    expect(await cached(cacheDir, 'models')).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('is cut short when the server sends without end', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200);
      const send = (): void => {
        while (!response.destroyed && response.write(BYTES));
        if (!response.destroyed) response.once('drain', send);
      };
      send();
    });
    await expect(pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED)).rejects.toMatchObject({
      code: 'source.checksum',
      message: expect.stringMatching(/expected 300000 bytes, got [3-9]\d{5}$/),
    });
  });

  test.each([
    [404, 'source.unreachable', 'HTTP 404'],
    [410, 'source.unreachable', 'HTTP 410'],
    [401, 'source.forbidden', 'HTTP 401'],
    [403, 'source.forbidden', 'HTTP 403'],
  ])('that is answered by %i is not tried again', async (status, code, message) => {
    const server = await serve((_request, response) => void response.writeHead(status).end('no'));
    await expect(pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      remedy: expect.any(String),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('waits and tries again while the server says "later"', async () => {
    const server = await serve((request, response, count) => {
      if (count < 3) response.writeHead(count === 1 ? 503 : 429, { 'retry-after': '0' }).end();
      else sendBytes(request, response, BYTES);
    });
    expect(await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED)).toMatchObject({
      from: 'download',
    });
  });

  test('says so when nobody listens', async () => {
    const cacheDir = await tempFolder();
    const url = `http://127.0.0.1:${await closedPort()}/m.onnx`;
    await expect(pull(cacheDir, url, PINNED)).rejects.toMatchObject({
      code: 'source.transient',
      message: expect.stringMatching(/m\.onnx could not be fetched in 3 attempts: .*ECONNREFUSED/),
      where: url,
    });
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
