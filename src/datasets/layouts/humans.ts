import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HUMANS_SPLITS, type SpecOf } from '../spec.js';
import type { Layout } from './layout.js';
import { listSplits } from './list-splits.js';

/** `{training,validation}/{im,gt}`, as schirrmacher/humans makes it; its scripts put the two into `dataset/`. */
export const humans: Layout<SpecOf<'humans'>> = {
  name: 'humans',
  summary: '{training,validation}/{im,gt}, masks are soft alpha',
  splits: (spec) => spec.splits ?? HUMANS_SPLITS,
  defaultTags: () => ['humans'],
  async *list(spec, root) {
    yield* listSplits({
      dataset: spec.name,
      root: await folderOfSplits(root),
      known: HUMANS_SPLITS,
      wanted: spec.splits,
      attributes: (split) => ({ split }),
    });
  },
};

async function folderOfSplits(root: string): Promise<string> {
  for (const folder of [root, join(root, 'dataset')]) {
    for (const split of HUMANS_SPLITS) {
      const found = await stat(join(folder, split)).catch(() => undefined);
      if (found?.isDirectory() === true) return folder;
    }
  }
  return root;
}
