import { suggestAffixes } from '../../datasets/suggest-affixes.js';
import { MaskbenchError } from '../../core/errors.js';
import { maskOf, type MaskFile, type MasksInFolder } from '../../datasets/masks-in-folder.js';

/** What is to be scored: datasets, each with its ground truths and every method's predictions of them. */
export interface FolderPlan {
  /** Whether methods and datasets are named in the results; a plain pair of folders has one of each. */
  readonly several: boolean;
  readonly groups: readonly FolderGroup[];
  /** What was found and is not scored, e.g. predictions without a ground truth. */
  readonly warnings: readonly string[];
}

export interface FolderGroup {
  readonly dataset: string;
  readonly truths: MasksInFolder;
  /** Of the truths only these ids, where there is a list of them. */
  readonly only?: ReadonlySet<string>;
  readonly methods: readonly MethodMasks[];
  /** The images themselves, by the ids of their ground truths; where a protocol needs their colours. */
  readonly pictures?: MasksInFolder;
}

export interface MethodMasks {
  readonly method: string;
  /** Without names where the method has no predictions of this dataset at all. */
  readonly masks: MasksInFolder;
}

/** One ground truth and each method's prediction of it. */
export interface PlannedTruth {
  readonly dataset: string;
  readonly id: string;
  readonly truth: MaskFile;
  /** Where the plan has pictures. */
  readonly picture?: MaskFile;
  readonly predictions: readonly { readonly method: string; readonly mask: MaskFile }[];
}

/** Every ground truth of the plan: groups in their order, ids by code units. */
export function* plannedTruths({ groups }: FolderPlan): Generator<PlannedTruth, void, undefined> {
  for (const { dataset, truths, only, methods, pictures } of groups) {
    for (const id of idsOf(truths, only)) {
      const predictions = methods.map(({ method, masks }) => ({
        method,
        mask: maskOf(masks, id, 'prediction'),
      }));
      const picture = pictures === undefined ? {} : { picture: maskOf(pictures, id, 'picture') };
      yield { dataset, id, truth: maskOf(truths, id, 'ground truth'), ...picture, predictions };
    }
  }
}

export function countTruths({ groups }: FolderPlan): number {
  return groups.reduce((sum, { truths, only }) => sum + (only ?? truths.names).size, 0);
}

/** Predictions without a ground truth, and files that are no masks by name: a line for each kind and folder. */
export function leftOver({ dataset, truths, methods }: FolderGroup): readonly string[] {
  const folders = [truths, ...methods.map(({ masks }) => masks)];
  const strangers = folders
    .filter(({ others }) => others.count > 0)
    .map(
      ({ folder, others }) =>
        `${folder}: left out because they are not masks: ${others.count}, e.g. "${others.example}"`,
    );
  const extra = methods.flatMap(({ method, masks }) => {
    const ids = [...masks.names.keys()].filter((id) => !truths.names.has(id)).sort();
    if (ids.length === 0) return [];
    const named = ids.slice(0, NAMED).map((id) => `"${id}"`);
    const rest = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '';
    const predictions = ids.length === 1 ? 'a prediction' : `${ids.length} predictions`;
    return `${masks.folder}: no ground truth in ${dataset} for ${predictions} of ${method}: ${named.join(', ')}${rest}`;
  });
  return [...extra, ...strangers];
}

const NAMED = 10;

/**
 * The plan, if it can be scored.
 *
 * @throws MaskbenchError `data.empty`, `data.unpaired` or `data.duplicate`
 */
export function scorable(plan: FolderPlan): FolderPlan {
  assertSomethingPairs(plan);
  assertEachOnce(plan);
  return plan;
}

/** @throws MaskbenchError `data.unpaired` if no prediction has a ground truth of its id, with what might be the cause. */
function assertSomethingPairs({ groups }: FolderPlan): void {
  for (const { truths, methods } of groups) {
    for (const { masks } of methods) {
      for (const id of masks.names.keys()) if (truths.names.has(id)) return;
    }
  }
  const [group] = groups;
  const masks = group?.methods.find((of) => of.masks.names.size > 0)?.masks;
  if (group === undefined || masks === undefined) {
    throw new MaskbenchError('data.empty', 'there is nothing to score');
  }
  const truthIds = [...group.truths.names.keys()].sort();
  const predictionIds = [...masks.names.keys()].sort();
  throw new MaskbenchError(
    'data.unpaired',
    `none of the ${predictionIds.length} predictions has the name of a ground truth ("${predictionIds[0]}", but "${truthIds[0]}")`,
    {
      where: masks.folder,
      remedy:
        suggestAffixes({ flag: 'gt', ids: truthIds }, { flag: 'pred', ids: predictionIds }) ??
        'names must agree except for the extension, or say what they begin and end with: --pred-prefix, --pred-suffix, --gt-prefix, --gt-suffix',
    },
  );
}

/**
 * One prediction is never scored twice as if it were of two images: two datasets may share a folder of predictions only as
 * far as they share the ground truths.
 *
 * @throws MaskbenchError `data.duplicate`
 */
function assertEachOnce(plan: FolderPlan): void {
  const owners = new Map<string, PlannedTruth>();
  for (const planned of plannedTruths(plan)) {
    for (const { mask } of planned.predictions) {
      if (mask.kind === 'none') continue;
      const owner = owners.get(mask.path) ?? planned;
      owners.set(mask.path, owner);
      if (pathOf(owner.truth) === pathOf(planned.truth)) continue;
      const [first, second] = [owner, planned].map(({ dataset, id }) => `"${id}" of ${dataset}`);
      throw new MaskbenchError(
        'data.duplicate',
        `it would be the prediction of both ${first} and ${second}`,
        {
          where: mask.path,
          remedy: 'give each dataset a folder of predictions of its own',
        },
      );
    }
  }
}

function pathOf(file: MaskFile): string | undefined {
  return file.kind === 'file' ? file.path : file.failure.where;
}

function idsOf(truths: MasksInFolder, only: ReadonlySet<string> | undefined): readonly string[] {
  return [...(only ?? truths.names.keys())].sort();
}
