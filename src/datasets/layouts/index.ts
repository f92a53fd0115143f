import type { DatasetSpec, LayoutName, SpecOf } from '../spec.js';
import { dis5k } from './dis5k.js';
import { humans } from './humans.js';
import type { Layout } from './layout.js';
import { pairedFolders } from './paired-folders.js';

const LAYOUTS: { readonly [K in LayoutName]: Layout<SpecOf<K>> } = {
  humans,
  dis5k,
  'paired-folders': pairedFolders,
};

/** The layout that a spec names. */
export function layoutOf(spec: DatasetSpec): Layout<DatasetSpec> {
  // The registry's keys are the specs' discriminators, so the layout found is the one for this very spec.
  return LAYOUTS[spec.layout] as Layout<DatasetSpec>;
}
