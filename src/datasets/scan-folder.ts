import { opendir, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep, isAbsolute } from 'node:path';
import { unless } from '../core/system-code.js';
import type { DatasetProblem } from './dataset.js';

/** What stands in a folder, by name. Names alone: 100,000 of them are a few megabytes, and nothing else is kept. */
export interface FolderNames {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names that may not be followed or read, with the reason. */
  readonly refused: ReadonlyMap<string, Refusal>;
}

export interface Refusal {
  readonly code: DatasetProblem['code'];
  readonly message: string;
}

export const EMPTY_FOLDER: FolderNames = { files: [], folders: [], refused: new Map() };

/**
 * The visible names of a folder, or `undefined` where there is no such folder. Links are followed only as long as they
 * stay inside `realRoot` (a resolved path) and do not lead back up, which would never end.
 */
export async function scanFolder(folder: string, realRoot: string): Promise<FolderNames | undefined> {
  const directory = await opendir(folder, { bufferSize: 1024 }).catch(unless('ENOENT', 'ENOTDIR'));
  if (directory === undefined) return undefined;
  const files: string[] = [];
  const folders: string[] = [];
  const refused = new Map<string, Refusal>();
  let bytes: NamesInBytes | undefined;
  for await (const entry of directory) {
    const { name } = entry;
    if (isLitter(name)) continue;
    if (name.includes(REPLACED) && !(bytes ??= await namesInBytes(folder)).whole.has(name)) continue;
    let kind = kindOf(entry);
    if (kind !== 'file' && kind !== 'folder') {
      const followed = await follow(folder, name, realRoot);
      if (typeof followed !== 'string') {
        refused.set(name, followed);
        files.push(name);
        continue;
      }
      kind = followed;
    }
    (kind === 'file' ? files : folders).push(name);
  }
  for (const name of bytes?.escaped ?? []) {
    files.push(name);
    refused.set(name, { code: 'data.unsafe-path', message: 'the name is not UTF-8; rename it' });
  }
  return { files, folders, refused };
}

/** What Node.js puts in a name for bytes that are not UTF-8; nothing can be opened by such a name. */
const REPLACED = '\ufffd';

interface NamesInBytes {
  /** Those with that very character. */
  readonly whole: ReadonlySet<string>;
  /** Those that are not UTF-8, with `\xe9` for every byte beyond ASCII. */
  readonly escaped: readonly string[];
}

async function namesInBytes(folder: string): Promise<NamesInBytes> {
  const whole = new Set<string>();
  const escaped: string[] = [];
  for (const bytes of await readdir(folder, { encoding: 'buffer' })) {
    const name = bytes.toString();
    if (!name.includes(REPLACED) || isLitter(name)) continue;
    if (Buffer.from(name).equals(bytes)) whole.add(name);
    else
      escaped.push(
        bytes.toString('latin1').replaceAll(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`),
      );
  }
  return { whole, escaped };
}

/** Whether a resolved path is the resolved root or lies below it. */
export function isInside(realRoot: string, realPath: string): boolean {
  const inner = relative(realRoot, realPath);
  return inner !== '..' && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

/** Hidden files, and what Windows and macOS leave behind. */
export function isLitter(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || /^(thumbs\.db|desktop\.ini)$/i.test(name);
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): 'file' | 'folder' | 'other' {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : 'other';
}

async function follow(folder: string, name: string, realRoot: string): Promise<'file' | 'folder' | Refusal> {
  const path = join(folder, name);
  const [target, here] = await Promise.all([realpath(path).catch(() => undefined), realpath(folder)]);
  if (target === undefined) return { code: 'data.missing', message: 'the link leads to nothing' };
  if (!isInside(realRoot, target)) {
    return { code: 'data.unsafe-path', message: 'the link leaves the dataset; copy the file into it' };
  }
  const found = await stat(target);
  if (found.isFile()) return 'file';
  if (!found.isDirectory()) return { code: 'data.unreadable', message: 'not a regular file' };
  if (isInside(target, here)) {
    return { code: 'data.unsafe-path', message: 'the link leads back to a folder above it' };
  }
  return 'folder';
}
