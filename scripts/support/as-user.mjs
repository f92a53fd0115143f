// What a script needs that plays a user: the package as it would be published, and an environment without this repository.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/**
 * What a user sees: none of the settings of the npm that runs a script, nor of the project.
 * @param {{ readonly bin?: string | undefined, readonly cache: string }} place `bin` comes first in PATH
 */
export function environmentOf({ bin, cache }) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$|MASKBENCH_)/.test(name),
  );
  const env = Object.fromEntries(own);
  return {
    ...env,
    ...(bin === undefined ? {} : { PATH: `${bin}:${env['PATH']}` }),
    MASKBENCH_CACHE: cache,
  };
}

/** Packs the project as "npm run package" does. @param {string} folder @returns {string} the tarball */
export function packInto(folder) {
  execFileSync('npm', ['run', '--silent', 'package', '--', '--pack-destination', folder, '--silent'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
}
