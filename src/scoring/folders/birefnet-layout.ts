import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { scanFolder } from '../../datasets/scan-folder.js';
import { choose } from '../../core/names.js';
import { leftOver, scorable, type FolderGroup, type FolderPlan, type MethodMasks } from './folder-plan.js';
import {
  assertFolder,
  listMasks,
  listMasksOrNone,
  listPictures,
  patternOf,
} from '../../datasets/masks-in-folder.js';

interface BirefnetFolders {
  /** `e_preds`: `<method>/<test set>/<mask>`. */
  readonly predictions: string;
  /** The data root, `<task>/<test set>/gt/<mask>`, or one task's folder in it. */
  readonly truths: string;
  /** Whether to look for the images, `im` beside `gt`. */
  readonly withPictures?: boolean;
  /** Only these methods and test sets. */
  readonly methods?: readonly string[];
  readonly datasets?: readonly string[];
}

/**
 * The folders of BiRefNet's evaluation. Every method is held to every test set that one of them has predictions of: a
 * method without a test set's folder fails in all of its images.
 *
 * @throws MaskbenchError `data.missing`, `data.empty`, `data.duplicate`, `data.unpaired`, `config.unknown-name`.
 */
export async function planBirefnetFolders(request: BirefnetFolders): Promise<FolderPlan> {
  const { predictions, truths, withPictures = false } = request;
  await assertFolder(truths, 'ground truth');
  await assertFolder(predictions, 'prediction');
  const methods = choose('there is no method', await foldersIn(predictions), String, request.methods);
  const found = new Set<string>();
  for (const method of methods) {
    for (const testset of await foldersIn(join(predictions, method))) found.add(testset);
  }
  const testsets = choose('there is no test set', [...found].sort(), String, request.datasets);
  if (testsets.length === 0) {
    throw new MaskbenchError('data.empty', 'no predictions in this folder', {
      where: predictions,
      remedy: 'expected <method>/<test set>/<mask>, as BiRefNet\u2019s inference writes them',
    });
  }
  const groups: FolderGroup[] = [];
  const warnings: string[] = [];
  for (const testset of testsets) {
    const folder = await truthFolder(truths, testset);
    if (folder === undefined) {
      if (request.datasets !== undefined) throw noTruths(truths, testset);
      warnings.push(
        `${truths}: test set "${testset}" has no ground truths (<task>/${testset}/gt); not scored`,
      );
      continue;
    }
    const masks = await groupOf(testset, folder, predictions, methods);
    const group = withPictures
      ? { ...masks, pictures: await listPictures(join(dirname(folder), 'im')) }
      : masks;
    groups.push(group);
    warnings.push(...leftOver(group));
  }
  if (groups.length === 0) throw noTruths(truths, testsets[0]);
  return scorable({ several: true, groups, warnings });
}

async function groupOf(
  testset: string,
  truthsAt: string,
  predictions: string,
  methods: readonly string[],
): Promise<FolderGroup> {
  const pattern = patternOf();
  const masksOf = async (method: string): Promise<MethodMasks> => {
    const folder = join(predictions, method, testset);
    return { method, masks: await listMasksOrNone(folder, pattern) };
  };
  return {
    dataset: testset,
    truths: await listMasks(truthsAt, 'ground truth', { pattern }),
    methods: await Promise.all(methods.map(masksOf)),
  };
}

/** `<root>/<test set>/gt`, or below any one folder of the root. */
async function truthFolder(root: string, testset: string): Promise<string | undefined> {
  const candidates = [root, ...(await foldersIn(root)).map((task) => join(root, task))].map((task) =>
    join(task, testset, 'gt'),
  );
  const found: string[] = [];
  for (const path of candidates) {
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) found.push(path);
  }
  if (found.length > 1) {
    throw new MaskbenchError('data.duplicate', `test set "${testset}" has ground truths twice`, {
      where: found.join(' and '),
      remedy: 'name the folder of one task with --gt',
    });
  }
  return found[0];
}

function noTruths(root: string, testset: string): MaskbenchError {
  return new MaskbenchError('data.missing', `no ground truths of test set "${testset}"`, {
    where: root,
    remedy: `expected <task>/${testset}/gt or ${testset}/gt in it`,
  });
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const names = await scanFolder(folder, await realpath(folder));
  return [...(names?.folders ?? [])].sort();
}
