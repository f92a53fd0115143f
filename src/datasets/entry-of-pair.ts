import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { DatasetEntry, DatasetProblem, Sample } from './dataset.js';
import { toFailure } from '../core/failure.js';
import { quickStat } from '../core/quick-stat.js';
import { readImageSize } from '../image/codec.js';
import { isUnread } from './extensions.js';
import { problemEntry } from './problem-entry.js';
import type { Refusal } from './scan-folder.js';
import { tellApart } from './same-name.js';
import { DRAFT_ENDING_BYTES } from '../core/write-whole.js';

export interface PairContext {
  readonly dataset: string;
  /** The dataset's root with every link resolved: nothing outside of it is read. */
  readonly realRoot: string;
  /** Stands before every stem: empty, or a path with its closing slash. */
  readonly idPrefix: string;
  attributes(stem: string): Sample['attributes'];
}

export interface Side {
  readonly folder: string;
  readonly names: readonly string[];
  readonly refused: ReadonlyMap<string, Refusal>;
  /** The stem on this side that differs from another one in case or Unicode form alone. */
  near?(stem: string): string | undefined;
}

/** A stem becomes exactly one entry: a sample if each side has one usable file, else the first thing that is wrong. */
export async function entryOfPair(
  context: PairContext,
  stem: string,
  images: Side,
  truths: Side,
): Promise<DatasetEntry> {
  const { dataset, idPrefix } = context;
  const id = idPrefix + stem;
  const problem = (code: DatasetProblem['code'], path: string, message: string): DatasetEntry =>
    problemEntry(dataset, id, code, path, message);

  const near = (side: Side): string => {
    const other = side.near?.(stem);
    return other === undefined ? '' : `; ${tellApart(other, stem)}`;
  };

  for (const side of [images, truths]) {
    const [first, second] = side.names;
    if (second !== undefined) {
      const others = side.names.map((name) => `"${name}"`).join(' and ');
      return problem(
        'data.duplicate',
        join(side.folder, second),
        `${others} share the id; keep one of them, or narrow the list of extensions`,
      );
    }
    const refusal = first === undefined ? undefined : side.refused.get(first);
    if (first !== undefined && refusal !== undefined) {
      return problem(refusal.code, join(side.folder, first), refusal.message);
    }
  }
  const [image] = images.names;
  const [truth] = truths.names;
  if (image === undefined) {
    const path = truth === undefined ? truths.folder : join(truths.folder, truth);
    return problem(
      'data.unpaired',
      path,
      `a ground truth without its image in ${images.folder}${near(images)}`,
    );
  }
  const imagePath = join(images.folder, image);
  if (truth === undefined) {
    const message = `an image without its ground truth in ${truths.folder}${near(truths)}`;
    return problem('data.unpaired', imagePath, message);
  }
  const unusable = whyUnusable(id);
  if (unusable !== undefined) return problem('data.unsafe-path', imagePath, unusable);
  const truthPath = join(truths.folder, truth);
  const stats = new Map<string, BigIntStats>();
  for (const path of [imagePath, truthPath]) {
    const found = await quickStat(path);
    if (found === undefined) return problem('data.missing', path, 'the file is gone, or cannot be read');
    if (found.size === 0n) return problem('data.empty', path, 'the file is empty (0 bytes)');
    stats.set(path, found);
    if (!isUnread(path)) continue;
    const unread = await readImageSize(path).then(() => undefined, toFailure);
    if (unread !== undefined) return problem('data.unreadable', path, unread.message);
  }
  const sample = { dataset, id, imagePath, truthPath, attributes: context.attributes(stem) };
  return { kind: 'sample', sample, stats };
}

/** Of a stem in UTF-8: file systems take 255 bytes, some of which a run folder needs for `.png` and while it writes. */
const LONGEST = 255 - '.png'.length - DRAFT_ENDING_BYTES;

function bytesOf(name: string): number {
  return Buffer.byteLength(name);
}

/** Ids name files in run folders, on any system: relative, no climbing, no second kind of slash, not too long. */
export function whyUnusable(id: string): string | undefined {
  const parts = id.split('/');
  if (/[\\\0]|^[A-Za-z]:/.test(id) || parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'the name cannot be used as a path; rename the file';
  const long = parts.find((part, i) => bytesOf(part) > (i === parts.length - 1 ? LONGEST : 255));
  if (long === undefined) return undefined;
  return `the name is ${bytesOf(long)} bytes long, and a run folder can keep ${LONGEST}; rename the files`;
}
