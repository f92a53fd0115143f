import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach } from 'vitest';
import { hashFile } from '../../src/core/hash-file.js';
import type { Download } from '../../src/datasets/pull.js';

export interface FakeHub {
  readonly url: string;
  /** Method-less log of what was asked for: path and range. */
  readonly requests: {
    path: string;
    range: string | undefined;
    authorization: string | undefined;
  }[];
  /** Answer a transfer with this many bytes only, and cut the connection once `until` has come true. */
  cut: { readonly bytes: number; readonly until: () => Promise<void> } | undefined;
  status: number;
  etag: string;
}

export const REVISION = 'c0ffee'.padEnd(40, '0');

/** A hub on this machine that has one file in one dataset repository. */
export function useFakeHub(): (content: Buffer) => Promise<FakeHub> {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  return async (content) => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const requests: FakeHub['requests'] = [];
    const hub: FakeHub = {
      url: '',
      requests,
      cut: undefined,
      status: 200,
      etag: `"${sha256}"`,
    };
    const server = createServer((request, response) => {
      const { range, authorization } = request.headers;
      requests.push({ path: request.url ?? '', range, authorization });
      if (hub.status !== 200) {
        response.writeHead(hub.status, { 'x-error-code': 'EntryNotFound' }).end();
        return;
      }
      if (request.url !== `/datasets/owner/set/resolve/${REVISION}/packs/set.zip`) {
        response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
        return;
      }
      const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? 'bytes=0-') ?? [];
      const body = content.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
      response.writeHead(range === undefined ? 200 : 206, {
        'content-length': body.length,
        'content-range': `bytes ${from}-${Number(from) + body.length - 1}/${content.length}`,
        etag: hub.etag,
      });
      if (to === '' && hub.cut !== undefined) {
        response.write(body.subarray(0, hub.cut.bytes));
        void hub.cut.until().then(() => response.destroy());
      } else {
        response.end(body);
      }
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return Object.assign(hub, { url: `http://127.0.0.1:${address.port}` });
  };
}

/** The least that a download has to do: resume a `.part` file, check the sum, rename. */
export const download: Download = async (url, { headers, expectedSha256, target, onProgress, signal }) => {
  const part = `${target}.part`;
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  const response = await fetch(url, {
    headers: { ...headers, ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.body === null) throw new Error('no body');
  let done = have;
  const counted = Readable.fromWeb(response.body as never).on('data', (chunk: Buffer) => {
    done += chunk.length;
    onProgress?.(done);
  });
  await pipeline(counted, createWriteStream(part, { flags: response.status === 206 ? 'a' : 'w' }));
  if ((await hashFile(part)) !== expectedSha256) throw new Error('checksum');
  await rename(part, target);
};
