import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds Maskbench's package.json, configs and samples, wherever it is installed or called from. */
export const PACKAGE_ROOT = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** The nearest folder upwards that holds a package.json. */
export function findPackageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findPackageRoot(dirname(folder));
}

/**
 * Path of a compiled file: what a process or thread is started with, a script for the page, a kernel. Under a test runner that runs the TypeScript
 * sources that is the sibling in dist/, since Node itself cannot run them.
 */
export function compiledEntry(url: URL): string {
  return fileURLToPath(url).replace(
    /([\\/])src([\\/](?:image|runners|scoring|reports|cli)[\\/])/,
    '$1dist$2',
  );
}

/** Of this Maskbench, as its package.json has it. */
export function ownVersion(): string {
  return (JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string })
    .version;
}
