import { join } from 'node:path';
import { readMaskFacts } from '../../datasets/file-reader.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { VALUES_FLAGS } from '../../datasets/values/contradiction.js';
import type { CheckedReading } from '../../datasets/values/read-checked.js';
import { createSurvey, orRefuse, type SurveyRequest } from '../../datasets/values/survey.js';
import type { SignatureOptions } from '../../metrics/signature.js';
import { readingText } from '../../schema/mask-reading.js';
import type { MaskValues } from '../../schema/mask-values.js';
import type { FolderPlan } from './folder-plan.js';
import type { MasksInFolder } from '../../datasets/masks-in-folder.js';

/** How the masks of each folder of a plan are read. */
export interface FolderReadings {
  of(dataset: string): { readonly truths: CheckedReading; methods(method: string): CheckedReading };
  /** What signatures say of it: nothing where all is plain opacity. */
  readonly inSignature: Pick<SignatureOptions, 'truths' | 'masks'>;
  /** What the user should know of the choices, a sentence each. */
  readonly remarks: readonly string[];
}

/** What the user says that masks' values mean; what is left out is decided from the files. */
export interface FolderValues {
  readonly truths?: MaskValues | undefined;
  readonly predictions?: MaskValues | undefined;
}

/** Headers read at once. */
const WIDTH = 8;

/**
 * Decides what the values of each folder's masks mean: from the headers of all and the pixels of some.
 *
 * @throws MaskbenchError `data.values`, naming a mask, what it holds and what to set.
 */
export async function decideFolders(
  plan: FolderPlan,
  { truths, predictions }: FolderValues,
  signal: AbortSignal,
): Promise<FolderReadings> {
  const remarks: string[] = [];
  const decide = async (masks: MasksInFolder, ask: SurveyRequest): Promise<CheckedReading> => {
    const survey = createSurvey(ask);
    const names = [...masks.names].flatMap(([id, [name]]) => (masks.refused.has(name) ? [] : [{ id, name }]));
    const headers = mapInOrder(names, WIDTH, async ({ id, name }) => {
      const path = join(masks.folder, name);
      const found = await readMaskFacts(path).catch(() => undefined);
      return found === undefined ? undefined : { id, path, found };
    });
    for await (const one of headers) if (one !== undefined) survey.add(one.id, one.path, one.found);
    const decision = await survey.decide(signal);
    if (decision.kind === 'chosen') remarks.push(...decision.remarks.map((of) => `${masks.folder}: ${of}`));
    const { reading } = orRefuse(decision, ask.role === 'truth' ? 'the ground truths' : 'the predictions');
    return { reading, role: ask.role, field: ask.field };
  };
  const groups = new Map<string, { truths: CheckedReading; byMethod: Map<string, CheckedReading> }>();
  for (const group of plan.groups) {
    const byMethod = new Map<string, CheckedReading>();
    const own = await decide(group.truths, { role: 'truth', field: VALUES_FLAGS.truths, wanted: truths });
    for (const { method, masks } of group.methods) {
      if (masks.names.size === 0) continue;
      const ask = { role: 'prediction', field: VALUES_FLAGS.masks, wanted: predictions } as const;
      byMethod.set(method, await decide(masks, ask));
    }
    groups.set(group.dataset, { truths: own, byMethod });
  }
  const all = [...groups.values()];
  return {
    of(dataset) {
      const group = groups.get(dataset);
      if (group === undefined) throw new Error(`dataset "${dataset}" is not in the plan`);
      // A method without masks of this dataset is not asked for: each of its cells has failed.
      return { truths: group.truths, methods: (method) => group.byMethod.get(method) ?? group.truths };
    },
    inSignature: {
      ...named(
        'truths',
        all.map(({ truths: of }) => of),
      ),
      ...named(
        'masks',
        all.flatMap(({ byMethod }) => [...byMethod.values()]),
      ),
    },
    remarks,
  };
}

/** Every way of reading that is not plain opacity, each once. */
function named(
  key: 'truths' | 'masks',
  readings: readonly CheckedReading[],
): Pick<SignatureOptions, 'truths' | 'masks'> {
  const texts = [...new Set(readings.map(({ reading }) => readingText(reading) ?? 'opacity'))];
  return texts.every((text) => text === 'opacity') ? {} : { [key]: texts.join(';') };
}
