import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import type { DatasetEntry, OnLeftOut } from './dataset.js';
import { entryOfPair, type PairContext } from './entry-of-pair.js';
import { IMAGE_EXTENSIONS } from './extensions.js';
import { mapInOrder } from '../core/map-in-order.js';
import { pairNames, pairNamesOfOneFolder, type NamePattern, type PairedNames } from './pair-names.js';
import { problemEntry } from './problem-entry.js';
import { EMPTY_FOLDER, isInside, scanFolder, type FolderNames } from './scan-folder.js';

/** One folder of images beside one folder of truths (or one folder with both). */
interface PairedFolders extends PairContext {
  readonly images: { readonly path: string; readonly pattern: NamePattern };
  readonly truths: { readonly path: string; readonly pattern: NamePattern };
  /** Whether to go down into folders; their names become part of the ids. */
  readonly nested: boolean;
  readonly onLeftOut: OnLeftOut | undefined;
}

/** File lookups in flight at once: enough to hide a network file system's delay, too few to notice otherwise. */
const LOOKUPS = 32;

/**
 * The pairs of two folders and what is wrong in them, in code-unit order of the ids. Only the names of the folder at
 * hand (and of its parents) are held.
 */
export async function* listPairs(folders: PairedFolders): AsyncGenerator<DatasetEntry> {
  const { dataset, idPrefix, images, truths } = folders;
  const id = idPrefix.replace(/\/$/, '') || dataset;
  for (const { path } of [images, truths]) {
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined) {
      yield problemEntry(dataset, id, 'data.missing', path, 'no such folder');
      return;
    }
    if (!isInside(folders.realRoot, real)) {
      yield problemEntry(dataset, id, 'data.unsafe-path', path, 'the link leaves the dataset');
      return;
    }
  }
  let count = 0;
  for await (const entry of listFolder(folders, '', true, true)) {
    count++;
    yield entry;
  }
  if (count === 0) {
    const { prefix, suffix, extensions = IMAGE_EXTENSIONS } = images.pattern;
    const wanted = `${prefix}*${suffix}{${extensions.join(',')}}`;
    yield problemEntry(dataset, id, 'data.missing', images.path, `no image in here; looked for ${wanted}`);
  }
}

/** A side is only looked into where its own parent has shown the folder: anything else may be a link to elsewhere. */
async function* listFolder(
  folders: PairedFolders,
  inner: string,
  hasImages: boolean,
  hasTruths: boolean,
): AsyncGenerator<DatasetEntry> {
  const { images, truths, nested } = folders;
  const imageFolder = join(images.path, inner);
  const truthFolder = join(truths.path, inner);
  const scan = async (folder: string): Promise<FolderNames> =>
    (await scanFolder(folder, folders.realRoot)) ?? EMPTY_FOLDER;
  const oneFolder = imageFolder === truthFolder;
  const imageNames = hasImages ? await scan(imageFolder) : EMPTY_FOLDER;
  const truthNames = oneFolder ? imageNames : hasTruths ? await scan(truthFolder) : EMPTY_FOLDER;
  const paired = oneFolder
    ? pairInOneFolder(folders, imageNames.files)
    : pairNames(imageNames.files, images.pattern, truthNames.files, truths.pattern);

  // A folder sorts as its name with a slash, so that ids come out in order across folders: `a-b`, `a/x`, `a0`.
  const below = (folder: string, names: FolderNames, other: string): Set<string> =>
    new Set(nested ? names.folders.filter((n) => join(folder, n) !== other).map((n) => `${n}/`) : []);
  const imagesBelow = below(imageFolder, imageNames, truths.path);
  const truthsBelow = below(truthFolder, truthNames, images.path);
  const stems = new Set([...paired.images.keys(), ...paired.truths.keys()]);
  const keys = [...new Set([...stems, ...imagesBelow, ...truthsBelow])].sort();

  const context: PairContext = { ...folders, idPrefix: folders.idPrefix + inner };
  const pairOf = (stem: string): Promise<DatasetEntry> =>
    entryOfPair(
      context,
      stem,
      { folder: imageFolder, names: paired.images.get(stem) ?? [], refused: imageNames.refused },
      { folder: truthFolder, names: paired.truths.get(stem) ?? [], refused: truthNames.refused },
    );
  const tell = (folder: string, names: readonly string[], { refused }: FolderNames): void => {
    const left = names.filter((name) => !nested || !refused.has(name));
    if (left.length > 0) folders.onLeftOut?.({ dataset: folders.dataset, folder, names: left.sort() });
  };
  tell(imageFolder, paired.others.images, imageNames);
  tell(truthFolder, paired.others.truths, truthNames);
  if (nested) {
    yield* refusedFolders(context, imageFolder, imageNames, paired);
    if (!oneFolder) yield* refusedFolders(context, truthFolder, truthNames, paired);
  }
  let start = 0;
  for (let i = 0; i <= keys.length; i++) {
    const key = keys[i];
    if (i < keys.length && !imagesBelow.has(key) && !truthsBelow.has(key)) continue;
    yield* mapInOrder(keys.slice(start, i), LOOKUPS, pairOf);
    if (i < keys.length) yield* listFolder(folders, inner + key, imagesBelow.has(key), truthsBelow.has(key));
    start = i + 1;
  }
}

function pairInOneFolder({ dataset, images, truths }: PairedFolders, names: readonly string[]): PairedNames {
  const paired = pairNamesOfOneFolder(names, images.pattern, truths.pattern);
  if (paired !== undefined) return paired;
  throw new MaskbenchError(
    'config.invalid',
    `the images and truths of dataset "${dataset}" are the same files`,
    {
      where: images.path,
      remedy: 'give one side another path, prefix, suffix or list of extensions',
    },
  );
}

/** Links that were not followed and are no image: most likely folders, whose pictures would be missed. */
function* refusedFolders(
  { dataset, idPrefix }: PairContext,
  folder: string,
  { refused }: FolderNames,
  paired: PairedNames,
): Generator<DatasetEntry> {
  if (refused.size === 0) return;
  const known = new Set([...paired.images.values(), ...paired.truths.values()].flat());
  for (const [name, { code, message }] of [...refused].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!known.has(name)) yield problemEntry(dataset, idPrefix + name, code, join(folder, name), message);
  }
}
