import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
) => void | Promise<void>;

export interface LocalServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly origin: string;
  /** What was asked so far. */
  readonly requests: readonly IncomingMessage[];
}

/** Starts real HTTP servers on this machine, which end with the test. `count` numbers a server's requests from 1. */
export function useLocalServers(): (handler: Handler) => Promise<LocalServer> {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  return async (handler) => {
    const requests: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      requests.push(request);
      void handler(request, response, requests.length);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
  };
}

export interface SendOptions {
  readonly etag?: string;
  /** Destroy the connection after this many bytes of the answer, once the client has them (`arrived`). */
  readonly cutAfter?: number;
  /** Resolves when the client has the file up to a position; what it has not read yet is lost with a connection. */
  readonly arrived?: (position: number) => Promise<void>;
  readonly ranges?: boolean;
}

/** Answers as a static file server does: whole, or from where `Range` says if `If-Range` agrees. */
export function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  { etag, cutAfter, arrived = soon, ranges = true }: SendOptions = {},
): void {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const condition = request.headers['if-range'];
  const partial = ranges && first !== undefined && (condition === undefined || condition === etag);
  const from = partial ? Number(first) : 0;
  const to = partial && last !== undefined && last !== '' ? Number(last) + 1 : bytes.length;
  if (partial && from >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  response.writeHead(partial ? 206 : 200, {
    'content-length': to - from,
    ...(etag === undefined ? {} : { etag }),
    ...(partial ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
  });
  const end = cutAfter === undefined ? to : from + cutAfter;
  if (end >= to) response.end(bytes.subarray(from, to));
  else {
    response.write(bytes.subarray(from, end));
    void arrived(end).then(() => response.destroy());
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
}
