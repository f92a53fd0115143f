import { z } from 'zod';
import type { Sample } from '../dataset.js';
import { layoutSchema, type Layout } from './layout.js';
import { listSplits } from './list-splits.js';

const SPLITS = ['DIS-TE1', 'DIS-TE2', 'DIS-TE3', 'DIS-TE4', 'DIS-TR', 'DIS-VD'] as const;
const summary = '{DIS-TR,DIS-VD,DIS-TE1..4}/{im,gt}, group and category in the file name';

const schema = layoutSchema('dis5k', summary, {
  splits: z
    .array(z.enum(SPLITS))
    .min(1)
    .optional()
    .describe('The parts to take; without it, whichever are there.'),
});

export const dis5k: Layout<typeof schema> = {
  name: 'dis5k',
  summary,
  schema,
  readsNamesOnly: true,
  splits: (spec) => spec.splits ?? SPLITS,
  defaultTags: (_spec, split) => (split === undefined ? [] : [tagOf(split)]),
  list: (spec, root, onRemark) =>
    listSplits({
      dataset: spec.name,
      root,
      known: SPLITS,
      wanted: spec.splits,
      onRemark,
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
