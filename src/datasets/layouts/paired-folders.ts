import { realpath } from 'node:fs/promises';
import { MaskbenchError } from '../../core/errors.js';
import { listPairs } from '../list-pairs.js';
import { problemEntry } from '../problem-entry.js';
import type { SpecOf } from '../spec.js';
import { expandFolders } from './expand-folders.js';
import type { Layout } from './layout.js';

type Spec = SpecOf<'paired-folders'>;

/** Any folder of images beside any folder of masks. */
export const pairedFolders: Layout<Spec> = {
  name: 'paired-folders',
  summary: 'any folder of images beside any folder of masks, paired by name',
  splits: (spec) => spec.splits ?? (isSplit(spec.contains) ? Object.keys(spec.contains) : []),
  defaultTags: (spec, split) => [split === undefined ? spec.name : lastPart(split).toLowerCase()],
  async *list(spec, root) {
    const images = await foldersOf(spec, root, 'images');
    const truths = await foldersOf(spec, root, 'truths');
    const realRoot = await realpath(root);
    const splits = [...new Set([...images.keys(), ...truths.keys(), ...(spec.splits ?? [])])];
    for (const split of splits.sort(asFolders)) {
      if (spec.splits !== undefined && !spec.splits.includes(split)) continue;
      const [imageFolder, truthFolder] = [images.get(split), truths.get(split)];
      if (imageFolder === undefined || truthFolder === undefined) {
        const side = imageFolder === undefined ? 'images' : 'truths';
        const message = `no folder of ${side} (${candidates(spec, side).join(' or ')}) for this split`;
        yield problemEntry(spec.name, split, 'data.missing', root, message);
        continue;
      }
      yield* listPairs({
        dataset: spec.name,
        realRoot,
        idPrefix: split === '' ? '' : `${split}/`,
        images: { path: imageFolder, pattern: spec.images },
        truths: { path: truthFolder, pattern: spec.truths },
        nested: spec.nested,
        attributes: () => (split === '' ? {} : { split }),
      });
    }
  },
};

async function foldersOf(spec: Spec, root: string, side: 'images' | 'truths'): Promise<Map<string, string>> {
  const paths = candidates(spec, side);
  for (const path of paths) {
    const found = await expandFolders(root, path);
    if (found.size > 0) return found;
  }
  throw new MaskbenchError('data.missing', `dataset "${spec.name}" has no folder ${paths.join(' or ')}`, {
    where: root,
    remedy: `put the ${side} there, or set ${side}.path to where they are`,
  });
}

function candidates(spec: Spec, side: 'images' | 'truths'): readonly string[] {
  const { path } = spec[side];
  return typeof path === 'string' ? [path] : path;
}

function isSplit(contains: Spec['contains']): contains is Record<string, string[]> {
  return contains !== undefined && !Array.isArray(contains);
}

function lastPart(split: string): string {
  return split.slice(split.lastIndexOf('/') + 1);
}

/** Code-unit order of the ids in the splits, each of which begins with the split and a slash. */
function asFolders(a: string, b: string): number {
  return `${a}/` < `${b}/` ? -1 : 1;
}
