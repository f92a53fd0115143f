import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { DatasetEntry, OnLeftOut, Sample } from '../dataset.js';
import { listPairs } from '../list-pairs.js';
import { problemEntry } from '../problem-entry.js';

interface SplitListing {
  readonly dataset: string;
  readonly root: string;
  /** The splits that the layout knows, in code-unit order. */
  readonly known: readonly string[];
  /** The splits that must be there; without it, whichever are. */
  readonly wanted: readonly string[] | undefined;
  readonly onLeftOut: OnLeftOut | undefined;
  attributes(split: string, stem: string): Sample['attributes'];
}

const PATTERN = { prefix: '', suffix: '' };

/** Lists `<root>/<split>/{im,gt}`, the shape that Humans and DIS5K share; ids are `<split>/<stem>`. */
export async function* listSplits(listing: SplitListing): AsyncGenerator<DatasetEntry> {
  const { dataset, root, known, wanted } = listing;
  const realRoot = await realpath(root);
  let found = 0;
  for (const split of known) {
    if (wanted !== undefined && !wanted.includes(split)) continue;
    const folder = join(root, split);
    const there = await stat(folder).catch(() => undefined);
    if (there?.isDirectory() !== true) {
      if (wanted !== undefined) yield problemEntry(dataset, split, 'data.missing', folder, 'no such split');
      continue;
    }
    found++;
    yield* listPairs({
      dataset,
      realRoot,
      idPrefix: `${split}/`,
      images: { path: join(folder, 'im'), pattern: PATTERN },
      truths: { path: join(folder, 'gt'), pattern: PATTERN },
      nested: false,
      onLeftOut: listing.onLeftOut,
      attributes: (stem) => listing.attributes(split, stem),
    });
  }
  if (found === 0) {
    throw new MaskbenchError(
      'data.missing',
      `dataset "${dataset}" has none of ${(wanted ?? known).join(', ')}`,
      {
        where: root,
        remedy: 'expected <split>/im and <split>/gt in this folder',
      },
    );
  }
}
