import type { DatasetEntry } from '../dataset.js';
import type { DatasetSpec } from '../spec.js';

/** How a kind of dataset lies on disk. A new kind is one such object, its line in the registry and its schema. */
export interface Layout<S extends DatasetSpec> {
  readonly name: S['layout'];
  /** One line for people. */
  readonly summary: string;
  /** The splits that are asked for or, where the layout knows them beforehand, could be there. */
  splits(spec: S): readonly string[];
  /** Tags of the public sets that a split (or, without one, the whole) has pictures of, unless the spec says. */
  defaultTags(spec: S, split: string | undefined): readonly string[];
  /**
   * Every pair and every problem below `root`, in code-unit order of the ids, with bounded memory.
   *
   * @throws MaskbenchError `data.missing` if nothing of the layout is there.
   */
  list(spec: S, root: string): AsyncIterable<DatasetEntry>;
}
