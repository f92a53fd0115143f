import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchArrivals } from '../support/arrivals.js';
import { FAST_RETRY } from '../support/fast-retry.js';
import { sendBytes, useLocalServers } from '../support/local-server.js';
import { useTempFolders } from '../support/temp-folder.js';
import { cached, modelBytes, pullOverHttp as pull, sha256Of } from './model-bytes.js';

const BYTES = modelBytes();
/** An earlier version of the same file. */
const OLD = modelBytes(BYTES.length, 99);
const PINNED = { sha256: sha256Of(BYTES), bytes: BYTES.length };

const serve = useLocalServers();
const tempFolder = useTempFolders();

describe('a download that is interrupted', () => {
  test('goes on where the connection was cut, as often as it is cut', async () => {
    const { onProgress, arrived } = watchArrivals();
    const server = await serve((request, response) =>
      sendBytes(request, response, BYTES, { etag: '"v1"', cutAfter: 50_000, arrived }),
    );
    const file = await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED, { onProgress });
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(server.requests.map((request) => request.headers.range)).toEqual([
      undefined,
      'bytes=50000-',
      'bytes=100000-',
      'bytes=150000-',
      'bytes=200000-',
      'bytes=250000-',
    ]);
    expect(server.requests[1]?.headers['if-range']).toBe('"v1"');
  });

  test('starts over where the server knows no ranges', async () => {
    const { onProgress, arrived } = watchArrivals();
    const server = await serve((request, response, count) =>
      sendBytes(request, response, BYTES, {
        ranges: false,
        ...(count === 1 ? { cutAfter: 50_000, arrived } : {}),
      }),
    );
    const file = await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED, { onProgress });
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(server.requests).toHaveLength(2);
  });

  test('never joins two versions of a file, if the server tells them apart', async () => {
    const { onProgress, arrived } = watchArrivals();
    const server = await serve((request, response, count) =>
      count === 1
        ? sendBytes(request, response, OLD, { etag: '"old"', cutAfter: 50_000, arrived })
        : sendBytes(request, response, BYTES, { etag: '"new"' }),
    );
    const unpinned = { unpinned: 'a test' };
    const file = await pull(await tempFolder(), `${server.origin}/m.onnx`, unpinned, { onProgress });
    expect(file.sha256).toBe(PINNED.sha256);
    expect(server.requests.map((request) => request.headers['if-range'])).toEqual([undefined, '"old"']);
  });

  test.each([undefined, 'W/"same meaning"'])(
    'starts over rather than join pieces that nothing could tell apart (ETag %s, no pin)',
    async (etag) => {
      const { onProgress, arrived } = watchArrivals();
      const tag = etag === undefined ? {} : { etag };
      const server = await serve((request, response, count) =>
        count === 1
          ? sendBytes(request, response, OLD, { ...tag, cutAfter: 50_000, arrived })
          : sendBytes(request, response, BYTES, tag),
      );
      const unpinned = { unpinned: 'a test' };
      const file = await pull(await tempFolder(), `${server.origin}/m.onnx`, unpinned, { onProgress });
      expect(file.sha256).toBe(PINNED.sha256);
      expect(server.requests[1]?.headers.range).toBeUndefined();
    },
  );

  test('fetches the whole once more if joined pieces turn out to be of two versions', async () => {
    const { onProgress, arrived } = watchArrivals();
    const server = await serve((request, response, count) =>
      sendBytes(
        request,
        response,
        count === 1 ? OLD : BYTES,
        count === 1 ? { cutAfter: 50_000, arrived } : {},
      ),
    );
    const file = await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED, { onProgress });
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(server.requests.map((request) => request.headers.range)).toEqual([
      undefined,
      'bytes=50000-',
      undefined,
    ]);
  });

  test('notices an answer that ends early without a word', async () => {
    const server = await serve((request, response, count) => {
      if (count > 1) return sendBytes(request, response, BYTES);
      // Neither a length nor chunks: the end of the connection is the end of the file.
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { connection: 'close' });
      response.end(BYTES.subarray(0, 1000));
    });
    const file = await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED);
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(server.requests[1]?.headers.range).toBe('bytes=1000-');
  });

  test('puts up with a slow server, but not with a silent one', async () => {
    const slow = await serve(async (_request, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      for (let at = 0; at < BYTES.length; at += 30_000) {
        response.write(BYTES.subarray(at, at + 30_000));
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      response.end();
    });
    const retry = { ...FAST_RETRY, stallMs: 300 };
    expect(await pull(await tempFolder(), `${slow.origin}/m.onnx`, PINNED, { retry })).toMatchObject({
      from: 'download',
    });

    const silent = await serve((request, response, count) => {
      if (count > 3) return sendBytes(request, response, BYTES);
      if (count > 1) return;
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 70_000));
    });
    const cacheDir = await tempFolder();
    await expect(pull(cacheDir, `${silent.origin}/m.onnx`, PINNED, { retry })).rejects.toMatchObject({
      code: 'source.transient',
      message: expect.stringContaining('3 attempts'),
      remedy: expect.stringContaining('the 70000 bytes received are kept'),
    });
    const file = await pull(cacheDir, `${silent.origin}/m.onnx`, PINNED, { retry });
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(silent.requests.at(-1)?.headers.range).toBe('bytes=70000-');
    expect(await cached(cacheDir, 'tmp')).toEqual([]);
  });

  test('gives up a server that drips, and goes on from there when it is faster', async () => {
    let dripping = true;
    const server = await serve(async (request, response) => {
      if (!dripping) return sendBytes(request, response, BYTES);
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': BYTES.length - from,
        ...(from > 0 ? { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` } : {}),
      });
      for (let at = from; at < BYTES.length && !response.destroyed; at++) {
        response.write(BYTES.subarray(at, at + 1));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
    const retry = { ...FAST_RETRY, slowMs: 200 };
    const cacheDir = await tempFolder();
    await expect(pull(cacheDir, `${server.origin}/m.onnx`, PINNED, { retry })).rejects.toMatchObject({
      code: 'source.transient',
      message: 'm.onnx could not be fetched in 3 attempts: slower than 1000 bytes per second for 0.2 s',
      remedy: expect.stringMatching(/the \d+ bytes received are kept/),
    });
    expect(server.requests).toHaveLength(3);
    dripping = false;
    const file = await pull(cacheDir, `${server.origin}/m.onnx`, PINNED, { retry });
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('takes no more than is stated where no size is pinned, said by the server or not', async () => {
    const retry = { ...FAST_RETRY, mostBytes: BYTES.length - 1 };
    const { sha256 } = PINNED;
    const honest = await serve((request, response) => sendBytes(request, response, BYTES));
    const silent = await serve((_request, response) => {
      response.writeHead(200);
      response.end(BYTES);
    });
    for (const { origin } of [honest, silent]) {
      const cacheDir = await tempFolder();
      await expect(pull(cacheDir, `${origin}/m.onnx`, { sha256 }, { retry })).rejects.toMatchObject({
        code: 'source.checksum',
        message: expect.stringContaining(
          `${BYTES.length - 1} bytes are the most that is fetched when no size is pinned`,
        ),
        remedy: 'state its size in the source, as bytes',
      });
      expect(await cached(cacheDir, 'tmp')).toEqual([]);
    }
    expect(await pull(await tempFolder(), `${honest.origin}/m.onnx`, PINNED, { retry })).toMatchObject({
      from: 'download',
    });
  });

  test('starts over when what an earlier one left is not the beginning of the file', async () => {
    const server = await serve((request, response) => sendBytes(request, response, BYTES));
    for (const left of [modelBytes(1000, 5), modelBytes(BYTES.length + 10, 5)]) {
      const cacheDir = await tempFolder();
      await mkdir(join(cacheDir, 'tmp'));
      await writeFile(join(cacheDir, 'tmp', `sha256-${PINNED.sha256}.left.part`), left);
      const file = await pull(cacheDir, `${server.origin}/m.onnx`, { sha256: PINNED.sha256 });
      expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
      expect(await cached(cacheDir, 'tmp')).toEqual([]);
    }
  });

  test('stops when asked to, and goes on from there the next time', async () => {
    const server = await serve((request, response, count) => {
      if (count > 1) return sendBytes(request, response, BYTES);
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 60_000));
    });
    const cacheDir = await tempFolder();
    const stop = new AbortController();
    const stopped = pull(cacheDir, `${server.origin}/m.onnx`, PINNED, {
      signal: stop.signal,
      onProgress: (event) => {
        if (event.kind === 'download' && event.receivedBytes >= 60_000) stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const file = await pull(cacheDir, `${server.origin}/m.onnx`, PINNED);
    expect(sha256Of(await readFile(file.path))).toBe(PINNED.sha256);
    expect(server.requests[1]?.headers.range).toBe('bytes=60000-');
  });
});
