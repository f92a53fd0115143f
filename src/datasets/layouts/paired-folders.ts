import { realpath, stat } from 'node:fs/promises';
import { z } from 'zod';
import { join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { truthValuesSchema } from '../../schema/mask-values.js';
import { innerPath, namePatternFields } from '../dataset-fields.js';
import { listPairs } from '../list-pairs.js';
import { problemEntry } from '../problem-entry.js';
import { type Layout, layoutSchema } from './layout.js';
import { EMPTY_FOLDER, scanFolder } from '../scan-folder.js';

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
  readsNamesOnly: true,
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

/**
 * The folders that a path with `*` parts stands for, by what the stars stand for joined with slashes (the split): `*`
 * + `/im` gives `{DIS-VD: <root>/DIS-VD/im}`. A path without stars gives itself under the empty split.
 */
async function expandFolders(root: string, path: string): Promise<Map<string, string>> {
  const realRoot = await realpath(root);
  let found = new Map([['', root]]);
  for (const part of path.split('/').filter((name) => name !== '' && name !== '.')) {
    const next = new Map<string, string>();
    for (const [split, folder] of found) {
      if (part !== '*') {
        next.set(split, join(folder, part));
        continue;
      }
      const { folders, refused } = (await scanFolder(folder, realRoot)) ?? EMPTY_FOLDER;
      // A link that leaves the root is named here so that the listing can refuse it aloud.
      for (const name of [...folders, ...refused.keys()])
        next.set(split === '' ? name : `${split}/${name}`, join(folder, name));
    }
    found = next;
  }
  for (const [split, folder] of found) {
    const there = await stat(folder).catch(() => undefined);
    if (there?.isDirectory() !== true) found.delete(split);
  }
  return found;
}
