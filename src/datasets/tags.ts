import { layoutOf } from './layouts/index.js';
import type { DatasetSpec } from './spec.js';

/** The tags of the public sets that a split (or, without one, the whole) has pictures of. */
export function tagsOfSplit(spec: DatasetSpec, split: string | undefined): readonly string[] {
  const { contains } = spec;
  if (Array.isArray(contains)) return contains;
  const said = split === undefined ? undefined : contains?.[split];
  return said ?? layoutOf(spec).defaultTags(spec, split);
}

/** The tags of all splits together, as far as they are known before anything is read. */
export function tagsOfDataset(spec: DatasetSpec): readonly string[] {
  const splits = layoutOf(spec).splits(spec);
  const tags =
    splits.length === 0 ? tagsOfSplit(spec, undefined) : splits.flatMap((s) => tagsOfSplit(spec, s));
  return [...new Set(tags)].sort();
}
