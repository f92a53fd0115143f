import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { layoutSchema, type Layout } from './layout.js';
import { listSplits } from './list-splits.js';

const SPLITS = ['training', 'validation'] as const;
const summary = '{training,validation}/{im,gt}, masks are soft alpha';

const schema = layoutSchema('humans', summary, {
  splits: z
    .array(z.enum(SPLITS))
    .min(1)
    .optional()
    .describe('The parts to take; without it, whichever are there.'),
});

/** As schirrmacher/humans makes it; its scripts put the two splits into `dataset/`. */
export const humans: Layout<typeof schema> = {
  name: 'humans',
  summary,
  schema,
  readsNamesOnly: true,
  splits: (spec) => spec.splits ?? SPLITS,
  defaultTags: () => ['humans'],
  async *list(spec, root, onRemark) {
    yield* listSplits({
      dataset: spec.name,
      root: await folderOfSplits(root),
      known: SPLITS,
      wanted: spec.splits,
      onRemark,
      attributes: (split) => ({ split }),
    });
  },
};

async function folderOfSplits(root: string): Promise<string> {
  for (const folder of [root, join(root, 'dataset')]) {
    for (const split of SPLITS) {
      const found = await stat(join(folder, split)).catch(() => undefined);
      if (found?.isDirectory() === true) return folder;
    }
  }
  return root;
}
