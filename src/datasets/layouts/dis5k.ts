import type { Sample } from '../dataset.js';
import { DIS5K_SPLITS, type SpecOf } from '../spec.js';
import type { Layout } from './layout.js';
import { listSplits } from './list-splits.js';

/** `DIS-TR`, `DIS-VD`, `DIS-TE1` to `DIS-TE4`, each with `im` and `gt`; file names carry a group and a category. */
export const dis5k: Layout<SpecOf<'dis5k'>> = {
  name: 'dis5k',
  summary: '{DIS-TR,DIS-VD,DIS-TE1..4}/{im,gt}, group and category in the file name',
  splits: (spec) => spec.splits ?? DIS5K_SPLITS,
  defaultTags: (_spec, split) => (split === undefined ? [] : [tagOf(split)]),
  list: (spec, root) =>
    listSplits({
      dataset: spec.name,
      root,
      known: DIS5K_SPLITS,
      wanted: spec.splits,
      attributes: (split, stem) => ({ split, ...dis5kAttributes(stem) }),
    }),
};

/**
 * Group and category from `<group no>#<group>#<category no>#<category>#<rest>`. The rest may hold more `#`. A name of
 * another form has no such attributes.
 */
export function dis5kAttributes(stem: string): Sample['attributes'] {
  const [groupNo = '', group = '', categoryNo = '', category = '', ...rest] = stem.split('#');
  const complete = rest.length > 0 && group !== '' && category !== '';
  if (!complete || !/^\d+$/.test(groupNo) || !/^\d+$/.test(categoryNo)) return {};
  return { group, category, groupNo: Number(groupNo), categoryNo: Number(categoryNo) };
}

/** The four test splits are one set, cut by difficulty; models are trained on all of them or on none. */
function tagOf(split: string): string {
  return split.startsWith('DIS-TE') ? 'dis5k-te' : `dis5k-${split.slice('DIS-'.length).toLowerCase()}`;
}
