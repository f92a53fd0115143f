import { addTo } from '../core/group.js';
import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import type { Failure } from '../core/failure.js';
import type { DatasetProblem } from './dataset.js';
import { readableOf, stemOf, type NamePattern } from './pair-names.js';
import { nearNames, tellApart } from './same-name.js';
import { scanFolder, type Refusal } from './scan-folder.js';

/** The masks of one folder by id. Only names are held. */
export interface MasksInFolder {
  readonly folder: string;
  readonly pattern: NamePattern;
  /** Paths below the folder by id, the path without prefix, suffix and extension; more than one is a duplicate. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** The id of a mask that differs from another one in case or Unicode form alone. */
  near(id: string): string | undefined;
  /** Links that may not be followed, by path below the folder. */
  readonly refused: ReadonlyMap<string, Refusal>;
  /** Files that are no masks by their name, and the first of them. */
  readonly others: { readonly count: number; readonly example: string };
}

interface MaskFolderOptions {
  readonly pattern: NamePattern;
  /** Whether to go down into folders; their names become part of the ids. */
  readonly nested?: boolean;
  /** A folder that is not looked into: the other side's, where it lies inside this one. */
  readonly except?: string;
}

/**
 * @param prefix what stands before the id in a name
 * @param suffix what stands after it, with or without an extension: `_mask` fits `cat_mask.png` and `cat_mask.jpg`,
 * `_mask.png` only the first
 */
export function patternOf(prefix = '', suffix = ''): NamePattern {
  const extension = /\.[A-Za-z0-9]+$/.exec(suffix)?.[0];
  if (extension === undefined) return { prefix, suffix };
  return { prefix, suffix: suffix.slice(0, -extension.length), extensions: [extension] };
}

/**
 * Lists a folder's masks.
 *
 * @param what the folder holds, for messages
 * @throws MaskbenchError `data.missing` (no such folder) or `data.empty` (no mask in it).
 */
export async function listMasks(
  folder: string,
  what: string,
  options: MaskFolderOptions,
): Promise<MasksInFolder> {
  await assertFolder(folder, what);
  const realRoot = await realpath(folder);
  const names = new Map<string, string[]>();
  const refused = new Map<string, Refusal>();
  let [count, example] = [0, ''];
  const { pattern, nested = false, except } = options;
  const pending = [''];
  for (let inner = pending.pop(); inner !== undefined; inner = pending.pop()) {
    const found = await scanFolder(join(folder, inner), realRoot);
    for (const name of found?.files ?? []) {
      const stem = stemOf(name, pattern);
      if (stem === undefined) {
        if (count++ === 0) example = inner + name;
        continue;
      }
      addTo(names, inner + stem, inner + name);
      const refusal = found?.refused.get(name);
      if (refusal !== undefined) refused.set(inner + name, refusal);
    }
    if (!nested) continue;
    for (const name of found?.folders ?? []) {
      const below = join(folder, inner, name);
      if (except === undefined || resolve(below) !== resolve(except)) pending.push(`${inner}${name}/`);
    }
  }
  for (const [id, same] of names) {
    const chosen = readableOf(same);
    if (chosen.length === same.length) continue;
    if (count === 0) example = same.find((name) => !chosen.includes(name)) ?? '';
    count += same.length - chosen.length;
    names.set(id, chosen);
  }
  if (names.size === 0) {
    throw new MaskbenchError('data.empty', `no ${what} in this folder`, {
      where: folder,
      remedy: `expected ${describePattern(pattern)}${count === 0 ? '' : `; found e.g. "${example}"`}`,
    });
  }
  return { folder, pattern, names, near: nearNames(names.keys()), refused, others: { count, example } };
}

/** The images of a folder and of those below it. @throws MaskbenchError `data.missing` or `data.empty`. */
export async function listPictures(
  folder: string,
  pattern: NamePattern = patternOf(),
): Promise<MasksInFolder> {
  return listMasks(folder, 'picture', { pattern, nested: true });
}

/**
 * A method's masks; none where its folder is not there or empty, so that it fails in every image and the others can still be
 * scored.
 */
export async function listMasksOrNone(
  folder: string,
  pattern: NamePattern,
  nested = false,
): Promise<MasksInFolder> {
  try {
    return await listMasks(folder, 'prediction', { pattern, nested });
  } catch (error) {
    if (!(error instanceof MaskbenchError) || !['data.missing', 'data.empty'].includes(error.code))
      throw error;
    return {
      folder,
      pattern,
      names: new Map(),
      near: () => undefined,
      refused: new Map(),
      others: { count: 0, example: '' },
    };
  }
}

/** The file of a mask, or why there is none that could be read. */
export type MaskFile =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'none';
      readonly failure: Failure & { readonly code: DatasetProblem['code']; readonly where: string };
    };

/** @param what the folder holds, for messages */
export function maskOf({ folder, names, near, refused }: MasksInFolder, id: string, what: string): MaskFile {
  const none = (code: DatasetProblem['code'], message: string, where: string): MaskFile => ({
    kind: 'none',
    failure: { code, message, where },
  });
  const [name, ...others] = names.get(id) ?? [];
  if (name === undefined) {
    const other = near(id);
    const apart = other === undefined ? '' : `; ${tellApart(other, id)}`;
    return none('data.missing', `no ${what} for "${id}"${apart}`, folder);
  }
  const path = join(folder, name);
  if (others.length > 0) {
    const all = [name, ...others].map((of) => `"${of}"`).join(' and ');
    const remedy = 'keep one of them, or give the suffix with its extension';
    return none('data.duplicate', `${all} share the id; ${remedy}`, path);
  }
  const refusal = refused.get(name);
  return refusal === undefined ? { kind: 'file', path } : none(refusal.code, refusal.message, path);
}

/** @throws MaskbenchError `data.missing` */
export async function assertFolder(folder: string, what: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const message = found === undefined ? 'no such folder' : 'not a folder';
  throw new MaskbenchError('data.missing', message, {
    where: folder,
    remedy: `expected the folder of the ${what}s`,
  });
}

function describePattern({ prefix, suffix, extensions }: NamePattern): string {
  const extension = extensions?.join(' or ') ?? '.png, .jpg or another image extension';
  return `names like ${prefix}<id>${suffix}${extension}`;
}
