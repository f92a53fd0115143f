import { describe, expect, test } from 'vitest';
import { sendBytes, useLocalServers } from '../support/local-server.js';
import { useTempFolders } from '../support/temp-folder.js';
import { modelBytes, pullOverHttp as pull, sha256Of } from './model-bytes.js';

const BYTES = modelBytes();
const PINNED = { sha256: sha256Of(BYTES), bytes: BYTES.length };

const serve = useLocalServers();
const tempFolder = useTempFolders();

describe('a proxy in the environment', () => {
  test('is used, save for hosts in NO_PROXY', async () => {
    const server = await serve((request, response) => sendBytes(request, response, BYTES));
    const proxy = await serve(async (request, response) => {
      // A plain forward proxy: the request line holds the whole address.
      const answer = await fetch(request.url ?? '', { headers: { via: 'test' } });
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    });
    const env = { HTTP_PROXY: proxy.origin };
    await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED, { env });
    expect(proxy.requests.map((request) => request.url)).toEqual([`${server.origin}/m.onnx`]);
    expect(server.requests[0]?.headers.via).toBe('test');

    await pull(await tempFolder(), `${server.origin}/m.onnx`, PINNED, {
      env: { ...env, NO_PROXY: '127.0.0.1' },
    });
    expect(proxy.requests).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
  });
});
