import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MaskbenchError } from '../errors.js';
import { sha256 } from '../hash.js';

/** Where the code of a plug-in lies, and which it is. */
export interface PluginRef {
  /** The file that is loaded. */
  readonly path: string;
  /** `name@version` of a package; of a local file `sha256-` and the digest of it and all that it imports by a relative path. */
  readonly version: string;
}

/** Hexadecimal digits of a digest in versions: they stand in signatures and tables. */
const DIGITS = 16;

/**
 * The plug-in that an entry of `plugins` means: a file (`./my-metric.mjs`, relative to `folder`), or an installed package by its name,
 * looked for in `node_modules` of `folder` and those above. `#sha256=<digest>` behind a file pins it.
 *
 * @throws MaskbenchError `data.missing` if there is none, `config.invalid` for a pin that does not hold.
 */
export function locatePlugin(entry: string, folder: string): PluginRef {
  const [, use = entry, pin] = /^(.*)#sha256=([0-9a-f]{16,64})$/.exec(entry) ?? [];
  if (!/^(\.{0,2}[/\\]|file:|[A-Za-z]:[/\\])/.test(use)) {
    if (pin === undefined) return locatePackage(use, folder);
    throw new MaskbenchError('config.invalid', 'only a file is pinned by a digest', { where: entry });
  }
  const path = use.startsWith('file:') ? fileURLToPath(use) : resolve(folder, use);
  if (!isFile(path)) {
    throw new MaskbenchError('data.missing', 'no such plug-in', {
      where: path,
      remedy: `plugins of a file are relative to its folder, ${folder}`,
    });
  }
  const digest = digestOfFile(path);
  if (pin !== undefined && !digest.startsWith(pin)) {
    throw new MaskbenchError(
      'config.invalid',
      `the plug-in is not the one that is pinned: its sha256 is ${digest}`,
      {
        where: path,
      },
    );
  }
  return { path, version: versionOfDigest(digest) };
}

/** Refuses a file that is no longer what it was when it was named. @throws MaskbenchError `run.mismatch`. */
export function assertUnchanged({ path, version }: PluginRef): void {
  if (!version.startsWith('sha256-') || version === versionOfDigest(digestOfFile(path))) return;
  throw new MaskbenchError('run.mismatch', 'the plug-in has changed while it was in use', {
    where: path,
    remedy: 'start again',
  });
}

function versionOfDigest(digest: string): string {
  return `sha256-${digest.slice(0, DIGITS)}`;
}

/** What a string in code is that may name a file beside it. */
const RELATIVE = /(["'`])(\.{1,2}\/[^"'`\n$]+)\1/g;
const CODE = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * SHA-256 of the sorted lines `<path> <sha256>` of a file and of every file that it, or one of those, names by a relative path in
 * quotes: what it imports, and data that it reads beside itself. Rather one too many than one too few.
 */
function digestOfFile(path: string): string {
  const folder = dirname(path);
  const found = new Map<string, string>();
  const see = (file: string): void => {
    if (found.has(file)) return;
    const bytes = readFileSync(file);
    found.set(file, sha256(bytes));
    if (!CODE.includes(extname(file))) return;
    for (const [, , named = ''] of bytes.toString('utf8').matchAll(RELATIVE)) {
      const other = join(dirname(file), named);
      // What `require` may leave out.
      for (const end of ['', '.js', '.cjs', '.json', '/index.js']) if (isFile(other + end)) see(other + end);
    }
  };
  see(path);
  const lines = [...found].map(
    ([file, digest]) => `${relative(folder, file).split(sep).join('/')} ${digest}\n`,
  );
  return sha256(lines.sort().join(''));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** As much of a package.json as says where the package begins. */
interface PackageFile {
  readonly version?: string;
  readonly main?: string;
  readonly exports?: unknown;
}

function locatePackage(name: string, folder: string): PluginRef {
  if (!/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/.test(name)) {
    throw new MaskbenchError('config.invalid', `"${name}" is neither a file nor a package`, {
      remedy: 'write ./my-plugin.mjs, or the name of an installed package',
    });
  }
  for (let above = folder; ; above = dirname(above)) {
    const root = join(above, 'node_modules', name);
    if (existsSync(join(root, 'package.json'))) {
      const file = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageFile;
      const entry = entryOf(file.exports) ?? file.main ?? 'index.js';
      return { path: join(root, entry), version: `${name}@${file.version ?? '0.0.0'}` };
    }
    if (above === dirname(above)) break;
  }
  throw new MaskbenchError('data.missing', `the plug-in "${name}" is not installed`, {
    where: folder,
    remedy: `npm install ${name} there, or write ./${name} if it is a file`,
  });
}

/** The file that `exports` of a package names for an import of the package itself. */
function entryOf(exported: unknown): string | undefined {
  if (typeof exported === 'string') return exported;
  if (typeof exported !== 'object' || exported === null) return undefined;
  for (const [condition, of] of Object.entries(exported)) {
    const found = ['.', 'import', 'node', 'default'].includes(condition) ? entryOf(of) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
