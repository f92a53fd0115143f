import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { useLocalServers } from './local-server.js';

/** What becomes of a request instead of an answer: a status with the code of an error, or a connection that is cut within the answer. */
type Fault = { readonly status: number; readonly code: string } | 'cut';

export interface BucketServerOptions {
  /** Without it a PUT is put whatever its If-None-Match says. */
  readonly isConditional?: boolean;
  /** Asked before a request is answered, the tries of the client counted one by one. */
  readonly fault?: (request: IncomingMessage, count: number) => Promise<Fault | void> | Fault | void;
}

export interface BucketServer {
  readonly origin: string;
  /** Contents by `<bucket>/<key>`. */
  readonly objects: Map<string, Buffer>;
  readonly requests: readonly IncomingMessage[];
}

/** Small storages that speak as S3 does, as far as Maskbench asks, over real HTTP; the buckets `data` and `plans` are there. */
export function useBucketServers(): (options?: BucketServerOptions) => Promise<BucketServer> {
  const start = useLocalServers();
  return async ({ isConditional = true, fault } = {}) => {
    const objects = new Map<string, Buffer>();
    const { origin, requests } = await start(async (request, response, count) => {
      const body = await bodyOf(request);
      const instead = await fault?.(request, count);
      if (instead === 'cut') {
        response.writeHead(200, { 'content-length': 1000 }).write('half');
        setTimeout(() => response.destroy(), 20);
      } else if (instead !== undefined) refuse(response, instead.status, instead.code);
      else answer(request, response, { objects, body, isConditional });
    });
    return { origin, objects, requests };
  };
}

const BUCKETS = ['data', 'plans'];
const modified = new WeakMap<Buffer, Date>();

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  of: { readonly objects: Map<string, Buffer>; readonly body: Buffer; readonly isConditional: boolean },
): void {
  const { objects, body, isConditional } = of;
  const url = new URL(request.url ?? '/', 'http://storage');
  const [, bucket = '', ...parts] = url.pathname.split('/').map(decodeURIComponent);
  const key = parts.join('/');
  const name = `${bucket}/${key}`;
  const found = objects.get(name);
  if (!BUCKETS.includes(bucket)) refuse(response, 404, 'NoSuchBucket');
  else if (request.method === 'GET' && key === '') list(response, bucket, objects, url.searchParams);
  else if (request.method === 'PUT') {
    if (isConditional && request.headers['if-none-match'] === '*' && found !== undefined) {
      refuse(response, 412, 'PreconditionFailed');
      return;
    }
    modified.set(body, new Date());
    objects.set(name, body);
    response.writeHead(200, { etag: etagOf(body) }).end();
  } else if (request.method === 'DELETE') {
    objects.delete(name);
    response.writeHead(204).end();
  } else if (found === undefined) refuse(response, 404, 'NoSuchKey');
  else send(request, response, found);
}

function send(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const from = Number(first ?? 0);
  if (first !== undefined && from >= bytes.length) {
    refuse(response, 416, 'InvalidRange');
    return;
  }
  const part = bytes.subarray(from, last === undefined ? undefined : Number(last) + 1);
  const end = from + part.length - 1;
  response.writeHead(first === undefined ? 200 : 206, {
    etag: etagOf(bytes),
    'content-length': part.length,
    'last-modified': (modified.get(bytes) ?? new Date(0)).toUTCString(),
    ...(first === undefined ? {} : { 'content-range': `bytes ${from}-${end}/${bytes.length}` }),
  });
  response.end(part);
}

/** Two on a page, so that pages are turned. */
const PAGE = 2;

function list(
  response: ServerResponse,
  bucket: string,
  objects: Map<string, Buffer>,
  query: URLSearchParams,
): void {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const keys = [...objects.keys()].flatMap((name) =>
    name.startsWith(`${bucket}/${prefix}`) ? [name.slice(bucket.length + 1)] : [],
  );
  const shown = keys.map((key) => {
    const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? key : key.slice(0, end + 1);
  });
  const after = query.get('continuation-token') ?? '';
  const rest = [...new Set(shown)].filter((key) => key > after).sort();
  const page = rest.slice(0, PAGE);
  const entries = page.map((key) => {
    const bytes = objects.get(`${bucket}/${key}`);
    return bytes === undefined
      ? `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`
      : `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${(modified.get(bytes) ?? new Date(0)).toISOString()}</LastModified></Contents>`;
  });
  const isTruncated = rest.length > PAGE;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1) ?? ''}</NextContinuationToken>` : '';
  response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<ListBucketResult><IsTruncated>${String(isTruncated)}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`,
    );
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>It is refused.</Message></Error>`);
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
