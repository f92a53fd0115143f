import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { leftOver, scorable, type FolderGroup, type FolderPlan } from './folder-plan.js';
import {
  assertFolder,
  listMasks,
  listPictures,
  patternOf,
  type MasksInFolder,
} from '../../datasets/masks-in-folder.js';

export interface Affixes {
  readonly prefix?: string;
  readonly suffix?: string;
}

export interface PlainFolders {
  readonly predictions: string;
  readonly truths: string;
  /** Where the images themselves lie; but for prefixes and suffixes all three are named alike. */
  readonly images?: string;
  readonly imageNames?: Affixes;
  readonly predictionNames?: Affixes;
  readonly truthNames?: Affixes;
  /** What the predictions are called; by default their folder's name. */
  readonly method?: string;
  /** What the ground truths are called; by default their folder's name. */
  readonly dataset?: string;
}

/**
 * One folder of predictions beside one of ground truths, folders below them included. A prediction belongs to the
 * ground truth of the same path but for prefix, suffix and extension.
 *
 * @throws MaskbenchError `data.missing`, `data.empty`, `data.unpaired`, or `usage` where both are the same files.
 */
export async function planPlainFolders(request: PlainFolders): Promise<FolderPlan> {
  const { predictions, truths } = request;
  await assertFolder(truths, 'ground truth');
  await assertFolder(predictions, 'prediction');
  const oneFolder = (await realpath(predictions)) === (await realpath(truths));
  const side = (folder: string, what: string, affixes: Affixes, except: string): Promise<MasksInFolder> => {
    const pattern = patternOf(affixes.prefix, affixes.suffix);
    return listMasks(folder, what, { pattern, nested: true, ...(oneFolder ? {} : { except }) });
  };
  const truthMasks = await side(truths, 'ground truth', request.truthNames ?? {}, predictions);
  const masks = await side(predictions, 'prediction', request.predictionNames ?? {}, truths);
  if (oneFolder) assertApart(truthMasks, masks);
  const group: FolderGroup = {
    dataset: request.dataset ?? basename(truths),
    truths: truthMasks,
    ...(request.images === undefined ? {} : { pictures: await pictures(request.images, request.imageNames) }),
    methods: [{ method: request.method ?? basename(predictions), masks }],
  };
  return scorable({ several: false, groups: [group], warnings: leftOver(group) });
}

async function pictures(folder: string, { prefix, suffix }: Affixes = {}): Promise<MasksInFolder> {
  return listPictures(folder, patternOf(prefix, suffix));
}

function assertApart(truths: MasksInFolder, predictions: MasksInFolder): void {
  const files = new Set([...truths.names.values()].flat());
  const both = [...predictions.names.values()].flat().find((name) => files.has(name));
  if (both === undefined) return;
  throw new MaskbenchError('usage', `"${both}" would be both a prediction and a ground truth`, {
    where: truths.folder,
    remedy: 'where both lie in one folder, tell them apart: --pred-suffix and --gt-suffix',
  });
}
