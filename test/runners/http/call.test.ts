import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openHttp } from '../../../src/models/sources/http.js';
import { askOf } from '../../../src/runners/http/ask-of.js';
import { callService, type Called } from '../../../src/runners/http/call.js';
import { secretsOf } from '../../../src/runners/http/secrets.js';
import { httpModelSchema, type Service } from '../../../src/runners/http/spec.js';
import { readMatteFile } from '../../../src/runners/read-matte-file.js';
import { useLocalServers } from '../../support/local-server.js';
import { useTempFolders } from '../../support/temp-folder.js';

const serve = useLocalServers();
const tempFolder = useTempFolders();
const SAMPLE = { dataset: 'my set', id: 'a/b c', imagePath: '/there/b c.jpg', cells: {} };
const ENV = { KEY: 'hush', LOGIN: Buffer.from('me:very-hush').toString('base64') };

const parsed = (http: object): Service => httpModelSchema.parse({ name: 's', feeding: 'http', http }).http;

async function call(
  http: object,
  picture = Buffer.from('picture'),
  env: NodeJS.ProcessEnv = ENV,
): Promise<Called> {
  const service = parsed(http);
  const secrets = secretsOf(service, env);
  const client = openHttp(2000, {});
  const { signal } = new AbortController();
  try {
    const caller = { service, http: client, secrets, signal };
    return await callService(caller, askOf(service, secrets, SAMPLE, new Uint8Array(picture), 'k'));
  } finally {
    await client.close();
  }
}

async function bodyOf(request: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('latin1');
}

describe('a call of a service', () => {
  it('follows where a picture by address is redirected to, and leaves its headers behind at another origin', async () => {
    const other = await serve((_, response) => void response.end('there'));
    const own = await serve((_, response, count) => {
      if (count === 1) response.writeHead(302, { location: '/next' }).end();
      else response.writeHead(302, { location: `${other.origin}/last` }).end();
    });
    const called = await call({
      method: 'GET',
      url: `${own.origin}/x?of={encoded-url}`,
      pictures: 'https://p.example.com/{dataset}/{id}/{file}',
      headers: { 'X-Token': '${KEY}' },
    });
    expect(called).toMatchObject({ kind: 'picture', bytes: Buffer.from('there') });
    const address = 'https://p.example.com/my%20set/a/b%20c/b%20c.jpg';
    expect(own.requests[0]?.url).toBe(`/x?of=${encodeURIComponent(address)}`);
    expect(own.requests.map(({ headers }) => headers['x-token'])).toEqual(['hush', 'hush']);
    expect(other.requests.map(({ headers }) => headers['x-token'])).toEqual([undefined]);
  });

  it('sends the file as it is, or as base64 at a path of JSON, and finds the picture at a path of the answer', async () => {
    const bodies: (readonly [string | undefined, string])[] = [];
    const server = await serve(async (request, response) => {
      bodies.push([request.headers['content-type'], await bodyOf(request)]);
      response.end(JSON.stringify({ images: [{ png: Buffer.from('made').toString('base64') }] }));
    });
    const answer = { as: 'json', path: 'images.0.png' };
    const made = { kind: 'picture', bytes: Buffer.from('made') };
    expect(await call({ url: server.origin, body: { as: 'raw' }, answer })).toMatchObject(made);
    const body = { as: 'json', image: 'a.b', fields: { a: { c: 1 }, d: [2] } };
    expect(await call({ url: server.origin, body, answer })).toMatchObject(made);
    const base64 = Buffer.from('picture').toString('base64');
    expect(bodies[0]).toEqual(['image/jpeg', 'picture']);
    expect(JSON.parse(bodies[1]?.[1] ?? '')).toEqual({ a: { c: 1, b: base64 }, d: [2] });
    const nothing = await call({ url: server.origin, body, answer: { as: 'json', path: 'images.1.png' } });
    expect(nothing).toMatchObject({
      kind: 'spoilt',
      failure: { message: 'the answer has no picture at images.1.png' },
    });
  });

  it('waits as long as it is told, by seconds or by a date', async () => {
    const later = new Date(Date.now() + 100_000).toUTCString();
    const server = await serve((_, response, count) => {
      response.writeHead(count === 1 ? 429 : 503, { 'retry-after': count === 1 ? '7' : later }).end();
    });
    const of = { url: server.origin, body: { as: 'raw' } };
    expect(await call(of)).toMatchObject({ kind: 'later', isSent: true, waitMs: 7000 });
    const byDate = await call(of);
    expect(byDate.kind === 'later' && byDate.waitMs).toBeGreaterThan(90_000);
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const nowhere = await call({ url: `http://127.0.0.1:${port}/`, body: { as: 'raw' } });
    expect(nowhere).toMatchObject({ kind: 'later', isSent: false });
  });

  it('that fails, or is never done, after it was taken says what is known', async () => {
    let state = 'failed';
    const server = await serve((request, response) => {
      const get = `http://${request.headers.host}/job`;
      const said = {
        status: request.url === '/job' ? state : 'starting',
        urls: { get },
        error: 'no GPU, hush',
      };
      response.writeHead(request.url === '/job' ? 200 : 201).end(JSON.stringify(said));
    });
    const of = {
      url: server.origin,
      headers: { Authorization: 'Token ${KEY}' },
      body: { as: 'raw' },
      poll: { everySeconds: 0.02, withinSeconds: 0.3 },
      answer: { as: 'url', path: 'output' },
    };
    expect(await call(of)).toMatchObject({
      kind: 'spoilt',
      failure: { code: 'model.output', message: 'the service says "failed": no GPU, <KEY>' },
    });
    state = 'processing';
    expect(await call(of)).toMatchObject({ kind: 'lost', failure: { code: 'service.paid-unknown' } });
  });

  it('hides a secret in whatever form a service gives it back', () => {
    const of = {
      url: 'https://a.example',
      body: { as: 'raw' },
      headers: { Authorization: 'Basic ${LOGIN}' },
    };
    const { redact, headersFor } = secretsOf(parsed(of), ENV);
    expect(redact(`${ENV.LOGIN}, me:very-hush, very-hush`)).not.toMatch(/hush|bWU6/);
    expect(headersFor('https://a.example/x')).toEqual({ Authorization: `Basic ${ENV.LOGIN}` });
    expect(headersFor('https://a.example.com/x')).toEqual({});
    expect(() => secretsOf(parsed(of), {})).toThrow('the variable LOGIN is not set');
  });

  it.each([
    [{ headers: { 'X-Api-Key': 'abc' } }, 'a secret is taken from the environment'],
    [{ url: 'https://me:hush@a.example' }, 'a secret stands in a header alone'],
    [{ url: 'https://a.example/?api_key=hush' }, 'a secret stands in a header alone'],
    [{ body: { as: 'multipart', field: 'f', fields: { apiKey: 'x' } } }, 'a secret stands in a header alone'],
    [
      { body: { as: 'json', image: 'i', fields: { input: { access_token: 'x' } } } },
      'a secret stands in a header alone',
    ],
    [{ url: 'https://' }, 'this is no address'],
    [{ headers: { 'X Api': 'a' } }, 'no header can have this name'],
    [{ headers: { 'X-Api': 'a\nb' } }, 'no header can hold this'],
    [{ headers: { 'Content-Length': '5' } }, 'the connection itself sets this header'],
    [{ idempotencyHeader: 'a key' }, 'no header can have this name'],
    [{ tellingHeaders: ['a key'] }, 'no header can have this name'],
    [{ url: 'https://a.example/?key=${KEY}' }, 'a secret stands in a header alone'],
    [{ price: { perCall: 1, currency: 'USD' } }, 'price and maximumCost go together'],
    [{ body: undefined }, 'nothing says which picture it is'],
    [{ url: 'https://a.example/{url}' }, 'the public address of a picture is asked for, and not said'],
    [{ poll: {} }, 'a service that is polled answers in JSON'],
  ])('is refused where its spec says %j', (fields, why) => {
    expect(() => parsed({ url: 'https://a.example', body: { as: 'raw' }, ...fields })).toThrow(why);
  });

  it('has other fields whose names only sound like it', () => {
    const fields = { max_tokens: 5, author: 'me', input: { keypoints: [1], tokenize: true } };
    const of = { url: 'https://a.example/?token_count=5', body: { as: 'json', image: 'i', fields } };
    expect(parsed(of).body).toMatchObject({ fields });
  });

  it.each([400, 500])(
    'that is refused is told so in short, and a secret is hidden also where it is cut (%i)',
    async (status) => {
      const long = 'hush-'.repeat(20);
      const server = await serve((request, response) => {
        response.writeHead(status).end(`${'z'.repeat(190)} ${request.headers['x-token']} is wrong`);
      });
      const of = { url: server.origin, headers: { 'X-Token': '${KEY}' }, body: { as: 'raw' } };
      const said = JSON.stringify(await call(of, Buffer.from('picture'), { KEY: long }));
      expect(said).toContain('zzz <KEY> is ...');
      expect(said).not.toContain('hush');
    },
  );

  it('that says why it has failed is heard in short', async () => {
    const error = `${'no '.repeat(1000)}hush`;
    const server = await serve((_, response) => {
      response.end(JSON.stringify({ status: 'failed', urls: {}, error }));
    });
    const answer = { as: 'url', path: 'output' };
    const called = await call({ url: server.origin, body: { as: 'raw' }, poll: {}, answer });
    const message = called.kind === 'spoilt' ? called.failure.message : '';
    expect(message).toMatch(/^the service says "failed": no no .*\.\.\.$/);
    expect(message.length).toBeLessThan(300);
  });

  it('has a matte by alpha, by brightness, or by the colour of the ground', async () => {
    const path = join(await tempFolder(), 'a.png');
    const pixels = Buffer.from([0, 255, 0, 10, 3, 250, 0, 20, 200, 200, 200, 30]);
    await writeFile(
      path,
      await sharp(pixels, { raw: { width: 3, height: 1, channels: 4 } })
        .png()
        .toBuffer(),
    );
    const size = { width: 3, height: 1 };
    const read = async (how: Parameters<typeof readMatteFile>[3]) => [
      ...(await readMatteFile(path, size, 'the service', how)).data,
    ];
    expect(await read('alpha')).toEqual([10, 20, 30]);
    expect(await read('luma')).toEqual([150, 148, 200]);
    expect(await read({ key: [0, 255, 0], tolerance: 0 })).toEqual([0, 255, 255]);
    expect(await read({ key: [0, 255, 0], tolerance: 5 })).toEqual([0, 0, 255]);
    await writeFile(
      path,
      await sharp(Buffer.alloc(9), { raw: { width: 3, height: 1, channels: 3 } })
        .png()
        .toBuffer(),
    );
    await expect(read('alpha')).rejects.toThrow("the service's matte has no alpha");
    // Its header claims more than anything should decode to find that it is of another size; there are no pixels at all.
    await writeFile(path, headerOfPng(20_000, 20_000));
    await expect(read('alpha')).rejects.toThrow(
      "the service's matte is 20000 x 20000, its picture upright 3 x 1",
    );
    await rm(path);
    // Nobody will ever write into it.
    if (process.platform !== 'win32') execFileSync('mkfifo', [path]);
    else await mkdir(path);
    await expect(read('alpha')).rejects.toThrow("the service's matte is no file");
  });
});

/** A PNG of 8-bit grey that ends before its pixels. */
function headerOfPng(width: number, height: number): Buffer {
  const chunk = Buffer.from('....IHDR........\x08\0\0\0\0....IDAT', 'latin1');
  chunk.writeUInt32BE(13, 0);
  chunk.writeUInt32BE(width, 8);
  chunk.writeUInt32BE(height, 12);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 21)), 21);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk.subarray(0, 25),
    Buffer.alloc(4),
    chunk.subarray(25),
  ]);
}
