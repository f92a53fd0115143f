import { realpath } from 'node:fs/promises';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { truthValuesSchema } from '../../schema/mask-values.js';
import { innerPath, namePatternFields } from '../dataset-fields.js';
import { listPairs } from '../list-pairs.js';
import { problemEntry } from '../problem-entry.js';
import { expandFolders } from './expand-folders.js';
import { layoutSchema, type Layout } from './layout.js';

const summary = 'any folder of images beside any folder of masks, paired by name';

const SIDE = 'Which files of a folder belong to this side of the pairs: <prefix><stem><suffix><extension>.';

const sideSchema = z.strictObject({
  path: z
    .union([innerPath, z.array(innerPath).min(1)])
    .describe(
      'Below the root. Of several candidates the first that exists is taken; a part * stands for any folder.',
    ),
  ...namePatternFields,
});

const schema = layoutSchema('paired-folders', summary, {
  images: sideSchema.describe(`The pictures. ${SIDE}`),
  truths: sideSchema.extend({ values: truthValuesSchema.optional() }).describe(`Their masks. ${SIDE}`),
  nested: z
    .boolean()
    .default(false)
    .describe('Whether folders below the two paths count; their relative path is then part of the id.'),
  splits: z
    .array(innerPath)
    .min(1)
    .optional()
    .describe(
      'What the * parts of the two paths may stand for, e.g. DIS5K/DIS-VD; without it, whatever is there.',
    ),
});

type Spec = z.output<typeof schema>;

export const pairedFolders: Layout<typeof schema> = {
  name: 'paired-folders',
  summary,
  schema,
  splits: (spec) => spec.splits ?? (isSplit(spec.contains) ? Object.keys(spec.contains) : []),
  defaultTags: (spec, split) => [split === undefined ? spec.name : lastPart(split).toLowerCase()],
  async *list(spec, root, onRemark) {
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
        onRemark,
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
