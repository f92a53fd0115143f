import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import type { DatasetEntry, OnRemark } from './dataset.js';
import { entryOfPair, type PairContext } from './entry-of-pair.js';
import { IMAGE_EXTENSIONS } from './extensions.js';
import { mapInOrder } from '../core/map-in-order.js';
import { pairNames, pairNamesOfOneFolder, stemOf, type NamePattern, type PairedNames } from './pair-names.js';
import { leftOutMessage, problemEntry } from './problem-entry.js';
import { nearNames, tellApart } from './same-name.js';
import { EMPTY_FOLDER, isInside, scanFolder, type FolderNames } from './scan-folder.js';

/** One folder of images beside one folder of truths (or one folder with both). */
interface PairedFolders extends PairContext {
  readonly images: { readonly path: string; readonly pattern: NamePattern };
  readonly truths: { readonly path: string; readonly pattern: NamePattern };
  /** Whether to go down into folders; their names become part of the ids. */
  readonly nested: boolean;
  readonly onRemark: OnRemark | undefined;
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
    yield problemEntry(
      dataset,
      id,
      'data.missing',
      images.path,
      `no image in this folder; looked for ${wanted}`,
    );
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
    new Set(names.folders.filter((n) => join(folder, n) !== other).map((n) => `${n}/`));
  const imagesBelow = below(imageFolder, imageNames, truths.path);
  const truthsBelow = below(truthFolder, truthNames, images.path);
  const stems = new Set([...paired.images.keys(), ...paired.truths.keys()]);
  const keys = [...new Set([...stems, ...imagesBelow, ...truthsBelow])].sort();

  const [nearImage, nearTruth] = [nearNames(paired.images.keys()), nearNames(paired.truths.keys())];
  const context: PairContext = { ...folders, idPrefix: folders.idPrefix + inner };
  const pairOf = (stem: string): Promise<DatasetEntry> =>
    entryOfPair(
      context,
      stem,
      {
        folder: imageFolder,
        names: paired.images.get(stem) ?? [],
        refused: imageNames.refused,
        near: nearImage,
      },
      {
        folder: truthFolder,
        names: paired.truths.get(stem) ?? [],
        refused: truthNames.refused,
        near: nearTruth,
      },
    );
  const remark = (path: string, message: string): void => {
    const { dataset } = folders;
    folders.onRemark?.({ dataset, id: dataset, code: 'data.unpaired', path, message });
  };
  const tell = (folder: string, names: readonly string[], { refused }: FolderNames): void => {
    const left = names.filter((name) => !nested || !refused.has(name));
    if (left.length > 0) remark(folder, leftOutMessage(left.sort()));
  };
  tell(imageFolder, paired.others.images, imageNames);
  tell(truthFolder, paired.others.truths, truthNames);
  if (nested) {
    yield* refusedFolders(context, imageFolder, imageNames, paired);
    if (!oneFolder) yield* refusedFolders(context, truthFolder, truthNames, paired);
    const near = nearNames(truthsBelow);
    for (const name of [...imagesBelow].sort()) {
      const other = truthsBelow.has(name) ? undefined : near(name);
      if (other === undefined) continue;
      const path = join(imageFolder, name);
      yield problemEntry(
        folders.dataset,
        `${context.idPrefix}${name}*`,
        'data.unpaired',
        path,
        tellApart(other, name),
      );
    }
  }
  let start = 0;
  for (let i = 0; i <= keys.length; i++) {
    const key = keys[i];
    if (i < keys.length && !imagesBelow.has(key) && !truthsBelow.has(key)) continue;
    yield* mapInOrder(keys.slice(start, i), LOOKUPS, pairOf);
    start = i + 1;
    if (i === keys.length) break;
    if (nested) {
      yield* listFolder(folders, inner + key, imagesBelow.has(key), truthsBelow.has(key));
      continue;
    }
    const [imagesAt, truthsAt] = [join(imageFolder, key), join(truthFolder, key)];
    const inImages =
      imagesBelow.has(key) && (await holdsPictures(imagesAt, images.pattern, folders.realRoot));
    const inTruths =
      truthsBelow.has(key) && (await holdsPictures(truthsAt, truths.pattern, folders.realRoot));
    if (inImages && inTruths) {
      const message = `pictures with masks lie in this folder and are not taken; ${NESTED}`;
      yield problemEntry(folders.dataset, `${context.idPrefix}${key}*`, 'data.unpaired', imagesAt, message);
    } else if (inImages) remark(imagesAt, `pictures in this folder are not taken; ${NESTED}`);
    else if (inTruths) remark(truthsAt, `masks in this folder are not taken; ${NESTED}`);
  }
}

const NESTED = 'set nested: true, or move them away';

/** Whether a folder, or one below it, has a file of this side. */
async function holdsPictures(folder: string, pattern: NamePattern, realRoot: string): Promise<boolean> {
  const { files, folders } = (await scanFolder(folder, realRoot)) ?? EMPTY_FOLDER;
  if (files.some((name) => stemOf(name, pattern) !== undefined)) return true;
  for (const name of folders) if (await holdsPictures(join(folder, name), pattern, realRoot)) return true;
  return false;
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
