import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tar from 'tar';
import type { Handler } from './local-server.js';

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly tarball: Buffer;
  readonly integrity: string;
}

/** Packs files as npm does: gzip, everything under `package/`. */
export async function makePackage(
  name: string,
  version: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Package> {
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-package-'));
  try {
    const manifest = { name, version, scripts: { prepare: 'exit 1', postinstall: 'exit 1' } };
    const all = { 'package.json': JSON.stringify(manifest), ...files };
    for (const [path, content] of Object.entries(all)) {
      await mkdir(dirname(join(folder, 'package', path)), { recursive: true });
      await writeFile(join(folder, 'package', path), content);
    }
    const file = join(folder, 'package.tgz');
    await tar.create({ gzip: true, file, cwd: folder, portable: true }, ['package']);
    const tarball = await readFile(file);
    return { name, version, tarball, integrity: integrityOf(tarball) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function integrityOf(tarball: Buffer): string {
  return `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
}

/** What a package registry does for one package; with `token` only for those who are logged in. */
export function registryHandler(published: Package, token?: string): Handler {
  return (request, response) => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Bearer' });
      return void response.end('{"error":"log in first"}');
    }
    const { name, version, tarball, integrity } = published;
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://registry').pathname);
    if (path === `/${name}`) {
      const dist = {
        tarball: `http://${request.headers.host}/${name}/-/it.tgz`,
        integrity,
        shasum: createHash('sha1').update(tarball).digest('hex'),
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(
        JSON.stringify({
          name,
          'dist-tags': { latest: version },
          versions: { [version]: { name, version, dist } },
        }),
      );
    }
    if (path === `/${name}/-/it.tgz`) return void response.end(tarball);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
  };
}

/** What npm runs with so that its settings, cache and logs are a test's own. */
export async function npmEnvironment(
  folder: string,
  { origin }: { readonly origin: string },
  settings = '',
): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(folder, 'npmrc'), settings);
  return {
    PATH: process.env.PATH,
    HOME: folder,
    npm_config_registry: origin,
    npm_config_userconfig: join(folder, 'npmrc'),
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_fetch_retries: '0',
    npm_config_update_notifier: 'false',
  };
}
