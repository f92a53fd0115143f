import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureModelFile } from '../../src/models/sources/pull.js';
import { FAST_RETRY } from '../support/fast-retry.js';
import { useTempFolders } from '../support/temp-folder.js';
import { sourcesOf } from './model-bytes.js';

const tempFolder = useTempFolders();

test('a server whose certificate is not trusted is refused at once, with what to do behind a proxy', async (context) => {
  const [key, cert] = (await makeCertificate(await tempFolder())) ?? context.skip('openssl is not at hand');
  let connections = 0;
  const server = createServer({ key, cert });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `https://localhost:${(server.address() as AddressInfo).port}/m.onnx`;
    await expect(
      ensureModelFile(sourcesOf(`${url}#md5=${'0'.repeat(32)}`), {
        cacheDir: await tempFolder(),
        env: {},
        retry: FAST_RETRY,
      }),
    ).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('no trusted connection'),
      remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(connections).toBe(1);
  } finally {
    server.close();
  }
});

/** Key and certificate of a server that nobody vouches for. */
async function makeCertificate(folder: string): Promise<readonly [Buffer, Buffer] | undefined> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const tool = 'openssl';
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes', '-keyout', key, '-out', cert];
  try {
    execFileSync(tool, ['req', '-x509', '-newkey', 'rsa:2048', ...subject], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return [await readFile(key), await readFile(cert)];
}
