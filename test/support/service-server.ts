import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';

/** What a server does with a call in place of answering it well. */
export type Fault =
  | 'too-many'
  | 'error'
  | 'silent'
  | 'cut'
  | 'cut-at-once'
  | 'text'
  | 'small'
  | 'endless'
  | 'expired'
  | 'bad-request'
  | 'elsewhere';

export interface ServiceOptions {
  readonly secret: string;
  /** By the picture's id, and how often it was asked for before. */
  readonly fault?: (id: string, before: number) => Fault | undefined;
  /** How long it works on a picture, milliseconds. */
  readonly workMs?: () => number;
  /** Where answers are fetched; another origin than its own. */
  readonly filesAt?: () => string;
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Whether its mattes are other ones now. */
  readonly darker?: () => boolean;
  readonly retryAfter?: string;
}

export interface ServiceServer {
  readonly origin: string;
  /** The pictures that it has worked on, in order, each time: what it would send a bill for. */
  readonly worked: readonly string[];
  /** Every call, refused ones included. */
  readonly asked: readonly string[];
  /** Keys by which it would know a call again. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
  /** Pictures that it is working on, or whose answer is not sent yet. */
  held(): number;
  /** The most calls that were under way at the same time. */
  mostAtOnce(): number;
  /** What came with a secret where none belongs. */
  readonly leaks: readonly string[];
  /** The matte that it makes of a picture. */
  matteOf(id: string): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * A real HTTP server of three contracts: `/cdn-cgi/image/segment=foreground,.../<address>` (the picture by its address),
 * `/v1.0/removebg` (a form with a file), `/v1/predictions` (JSON, then polling). It knows a picture by its bytes, or its name.
 */
export async function startService(images: string, options: ServiceOptions): Promise<ServiceServer> {
  const byDigest = new Map<string, { readonly id: string; readonly bytes: Buffer }>();
  for (const name of await readdir(images)) {
    const bytes = await readFile(join(images, name));
    byDigest.set(digestOf(bytes), { id: parse(name).name, bytes });
  }
  const byId = new Map([...byDigest.values()].map((picture) => [picture.id, picture]));
  const worked: string[] = [];
  const asked: string[] = [];
  const leaks: string[] = [];
  const keys = new Map<string, Set<string>>();
  const jobs = new Map<string, { readonly id: string; readonly readyAt: number }>();
  let held = 0;
  let atOnce = 0;
  let mostAtOnce = 0;

  const cutout = async (id: string): Promise<Buffer> => {
    const picture = byId.get(id);
    if (picture === undefined) throw new Error(`no picture ${id}`);
    const { data, info } = await sharp(picture.bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
    const rgba = Buffer.alloc(info.width * info.height * 4, 120);
    const scale = options.darker?.() === true ? 0.5 : 1;
    for (let i = 0; i < info.width * info.height; i++)
      rgba[i * 4 + 3] = scale * (data[i * info.channels] ?? 0);
    return sharp(rgba, { raw: { width: info.width, height: info.height, channels: 4 } })
      .png()
      .toBuffer();
  };

  const answer = async (id: string, fault: Fault | undefined, response: ServerResponse): Promise<void> => {
    const png = await cutout(id);
    const headers = { 'content-type': 'image/png', ...options.headers?.() };
    switch (fault) {
      case 'cut':
        response.writeHead(200, { ...headers, 'content-length': png.length });
        response.write(png.subarray(0, png.length >> 1));
        await sleep(50);
        return void response.destroy();
      case 'cut-at-once':
        return void response.destroy();
      case 'text':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sorry</p>');
      case 'small':
        return void response.writeHead(200, headers).end(await sharp(png).resize(9, 7).png().toBuffer());
      case 'endless': {
        response.writeHead(200, headers);
        const part = Buffer.alloc(65_536);
        const more = (): void => {
          while (!response.destroyed && response.write(part)) continue;
          if (!response.destroyed) response.once('drain', more);
        };
        return more();
      }
      default:
        return void response.writeHead(200, headers).end(png);
    }
  };

  /** @returns whether it was refused. */
  const refuse = (id: string, fault: Fault | undefined, response: ServerResponse): boolean => {
    const said = `no credit for ${options.secret}`;
    switch (fault) {
      case 'too-many':
        response.writeHead(429, { 'retry-after': options.retryAfter ?? '0' }).end('slow down');
        return true;
      case 'error':
        response.writeHead(500).end(said);
        return true;
      case 'expired':
        // A careless server, which says the secret to whoever reads its answers.
        response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error: said }));
        return true;
      case 'bad-request':
        response.writeHead(400).end(`no foreground in ${id}`);
        return true;
      case 'elsewhere':
        response.writeHead(307, { location: `${options.filesAt?.()}/elsewhere` }).end();
        return true;
      default:
        return false;
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://here');
    const body = await bodyOf(request);
    const isOurs = url.pathname.startsWith('/cdn-cgi/') || url.pathname.startsWith('/v1');
    if (!isOurs) {
      const all = `${JSON.stringify(request.headers)}${body.toString('latin1')}`;
      if (all.includes(options.secret)) leaks.push(url.pathname);
      const id = /^\/made\/(.+)\.png$/.exec(url.pathname)?.[1];
      if (id === undefined) return void response.writeHead(404).end();
      return void response.writeHead(200, { 'content-type': 'image/png' }).end(await cutout(id));
    }
    const job = jobs.get(/^\/v1\/predictions\/(.+)$/.exec(url.pathname)?.[1] ?? '');
    if (job !== undefined) {
      const isReady = performance.now() >= job.readyAt;
      const output = `${options.filesAt?.() ?? origin()}/made/${job.id}.png`;
      const state = isReady
        ? { status: 'succeeded', output: [output] }
        : { status: 'processing', output: null };
      return void json(response, 200, state);
    }
    const picture = await pictureIn(request, url, body);
    if (picture === undefined) return void response.writeHead(404).end('no such picture');
    const { id } = picture;
    if (!url.pathname.startsWith('/cdn-cgi/') && !JSON.stringify(request.headers).includes(options.secret))
      return void response.writeHead(403).end('who are you');
    const before = asked.filter((one) => one === id).length;
    asked.push(id);
    const key = request.headers['idempotency-key'];
    if (typeof key === 'string') keys.set(id, (keys.get(id) ?? new Set()).add(key));
    const fault = options.fault?.(id, before);
    if (refuse(id, fault, response)) return;
    worked.push(id);
    held++;
    response.once('close', () => held--);
    if (fault === 'silent') return;
    const workMs = options.workMs?.() ?? 0;
    if (url.pathname === '/v1/predictions') {
      const name = `j${worked.length}`;
      jobs.set(name, { id, readyAt: performance.now() + workMs });
      if (fault === 'cut-at-once') return void response.destroy();
      if (fault === 'text') return void response.writeHead(201).end('<p>Sorry</p>');
      const get = `${origin()}/v1/predictions/${name}`;
      return void json(response, 201, { id: name, status: 'starting', urls: { get } });
    }
    if (workMs > 0) await sleep(workMs);
    return answer(id, fault, response);
  };

  const pictureIn = async (
    request: IncomingMessage,
    url: URL,
    body: Buffer,
  ): Promise<{ readonly id: string } | undefined> => {
    if (url.pathname.startsWith('/cdn-cgi/')) {
      const name = /\/([^/]+)\.jpg$/.exec(url.pathname)?.[1];
      return name === undefined ? undefined : byId.get(name);
    }
    if (url.pathname === '/v1.0/removebg') {
      const headers = { 'content-type': request.headers['content-type'] ?? '' };
      const form = await new Response(new Uint8Array(body), { headers }).formData();
      const file = form.get('image_file');
      if (!(file instanceof File) || form.get('size') !== 'full') return undefined;
      return byDigest.get(digestOf(Buffer.from(await file.arrayBuffer())));
    }
    const { input } = JSON.parse(body.toString()) as { readonly input: { readonly image: string } };
    return byDigest.get(
      digestOf(Buffer.from(input.image.replace(/^data:image\/jpeg;base64,/, ''), 'base64')),
    );
  };

  const server = createServer((request, response) => {
    atOnce++;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.once('close', () => atOnce--);
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin: origin(),
    worked,
    asked,
    keys,
    leaks,
    held: () => held + [...jobs.values()].filter(({ readyAt }) => readyAt > performance.now()).length,
    mostAtOnce: () => mostAtOnce,
    matteOf: cutout,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
