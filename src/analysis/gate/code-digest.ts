import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/hash.js';
import { PACKAGE_ROOT } from '../../core/package-root.js';

let known: string | undefined;

/**
 * SHA-256 over the compiled code of this Maskbench: the sorted lines `<file> <sha256>` of dist. A verdict names by it what
 * decided; packages that it is built on are named by their versions alone.
 */
export function codeDigest(): string {
  known ??= digestOf(join(PACKAGE_ROOT, 'dist'));
  return known;
}

function digestOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|wasm)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
  const lines = files.map((path) => {
    const name = path.slice(folder.length + 1).replaceAll('\\', '/');
    return `${name} ${sha256(readFileSync(path))}\n`;
  });
  return sha256(lines.sort().join(''));
}
