import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { openHttp, type Http } from '../../../src/models/sources/http.js';
import { isPrivateHost } from '../../../src/models/sources/private-address.js';
import { useLocalServers } from '../../support/local-server.js';

const serve = useLocalServers();
const opened: Http[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
function http(env: NodeJS.ProcessEnv = {}): Http {
  const one = openHttp(3000, env);
  opened.push(one);
  return one;
}

/** Whether this machine's own name is one of an address that is not loopback, which a name server may also say. */
const OWN_NAME = await lookup(hostname()).then(
  ({ address }) => (isPrivateHost(address) ? hostname() : undefined),
  () => undefined,
);

describe('an address of a private network', () => {
  it.each([
    '127.0.0.1',
    '127.255.0.9',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    'localhost',
    'api.localhost',
    'LOCALHOST.',
    '[::1]',
    '[::]',
    '[fe80::1]',
    'fe80::1%eth0',
    '[fc00::1]',
    '[fdff::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a00:1]',
    '[::10.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::c0a8:101]',
    '[2002:7f00:1::1]',
  ])('is %s', (host) => {
    expect(isPrivateHost(host)).toBe(true);
  });

  it.each([
    '1.1.1.1',
    '126.255.255.255',
    '128.0.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.0.1',
    '169.253.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '[2606:4700::1111]',
    '[::ffff:1.1.1.1]',
    '[64:ff9b::101:101]',
    '[2002:101:101::1]',
    '[fbff::1]',
    'example.org',
    'localhost.example.org',
    'notlocalhost',
  ])('is not %s', (host) => {
    expect(isPrivateHost(host)).toBe(false);
  });

  it('is so in every way to write it that an address bar knows', () => {
    for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1'])
      expect(isPrivateHost(new URL(`http://${host}/`).hostname), host).toBe(true);
  });
});

describe('a redirect', () => {
  /** A proxy that plays a server in the world outside, which sends on to wherever it is told. */
  async function outside(
    location: string,
  ): Promise<{ env: NodeJS.ProcessEnv; asked: () => (string | undefined)[] }> {
    const proxy = await serve((request, response) => {
      if (request.url === 'http://outside.example/model') response.writeHead(302, { location }).end();
      else response.end('elsewhere');
    });
    const env = { HTTP_PROXY: proxy.origin, NO_PROXY: OWN_NAME ?? 'none.example' };
    return { env, asked: () => proxy.requests.map(({ url }) => url) };
  }

  it('from outside into a private network is refused, and nobody there is asked', async () => {
    const inside = await serve((_request, response) => void response.end('secret'));
    const port = new URL(inside.origin).port;
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', 'localhost', '169.254.169.254']) {
      const { env, asked } = await outside(`http://${host}:${port}/latest`);
      await expect(http(env).fetch('http://outside.example/model')).rejects.toMatchObject({
        code: 'source.forbidden',
        where: 'http://outside.example/model',
        message: expect.stringMatching(/^it redirects to .+, which is in a private network$/),
      });
      expect(asked()).toEqual(['http://outside.example/model']);
    }
    expect(inside.requests).toEqual([]);
  });

  it.skipIf(OWN_NAME === undefined)(
    'is refused by what a name comes to, when it is connected to',
    async () => {
      const { env } = await outside(`http://${OWN_NAME ?? ''}:8099/latest`);
      await expect(http(env).fetch('http://outside.example/model')).rejects.toMatchObject({
        code: 'source.forbidden',
        message: expect.stringContaining(`it redirects to ${OWN_NAME ?? ''} (`),
      });
    },
  );

  it('to elsewhere outside is followed', async () => {
    const { env, asked } = await outside('http://mirror.example/model');
    const response = await http(env).fetch('http://outside.example/model');
    expect(await response.text()).toBe('elsewhere');
    expect(asked()).toEqual(['http://outside.example/model', 'http://mirror.example/model']);
  });

  it('is followed where the source itself is in a private network, by address or by name', async () => {
    const storage = await serve((_request, response) => void response.end('bytes'));
    const site = await serve(
      (_request, response) => void response.writeHead(302, { location: `${storage.origin}/blob` }).end(),
    );
    for (const host of ['127.0.0.1', 'localhost']) {
      const source = site.origin.replace('127.0.0.1', host);
      expect(await (await http().fetch(`${source}/model`)).text()).toBe('bytes');
    }
  });

  it('is refused by a download without another attempt', async () => {
    const { env, asked } = await outside('http://127.0.0.1:8099/latest');
    const { requestBytes } = await import('../../../src/models/sources/byte-request.js');
    await expect(
      requestBytes(http(env), { url: 'http://outside.example/model' }, 0, undefined, undefined),
    ).rejects.toMatchObject({ code: 'source.forbidden' });
    expect(asked()).toHaveLength(1);
  });
});
