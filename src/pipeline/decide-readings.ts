import type { FileReader } from '../datasets/file-reader.js';
import type { ValuesFields } from '../datasets/values/contradiction.js';
import { createSurvey, orRefuse, type EarlierDecisions, type MaskSurvey } from '../datasets/values/survey.js';
import { runnerOf } from '../runners/runner-of.js';
import type { ReadyModel } from '../runners/runner.js';
import type { DecidedReading } from '../schema/mask-values.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { RunDataset } from '../store/manifest.js';

interface MaskSurveys {
  /** By model. */
  readonly surveys: ReadonlyMap<string, MaskSurvey>;
  add(sample: PlannedSample, files: FileReader): Promise<void>;
}

/** Of the masks that some models have of a dataset in place of a network. */
export function surveysOfMasks(models: readonly ReadyModel[], { masks: field }: ValuesFields): MaskSurveys {
  const sources = models.flatMap((model) => {
    const masks = runnerOf(model.spec).masks?.(model);
    if (masks === undefined) return [];
    const survey = createSurvey({ role: 'prediction', field, wanted: masks.values });
    return [{ name: model.spec.name, pathOf: masks.pathOf, survey }];
  });
  return {
    surveys: new Map(sources.map(({ name, survey }) => [name, survey])),
    async add(sample, files) {
      for (const { pathOf, survey } of sources) {
        const look = async (): Promise<void> => {
          const path = pathOf(sample);
          survey.add(sample.id, path, await files.mask(path));
        };
        // One that is not there ends as a failed cell.
        await look().catch(() => undefined);
      }
    },
  };
}

/**
 * Decides how the ground truths of a dataset, and the masks of models that have some, are read.
 *
 * @throws MaskbenchError `data.values` for what would have to be guessed.
 */
export async function decideReadings(
  dataset: string,
  { truths, masks }: { readonly truths: MaskSurvey; readonly masks: MaskSurveys },
  remark: (message: string) => void,
  signal: AbortSignal,
  earlier: EarlierDecisions,
): Promise<Pick<RunDataset, 'truths' | 'masks'>> {
  const decided = async (survey: MaskSurvey, subject: string): Promise<DecidedReading> => {
    const decision = await survey.decide(signal, earlier);
    if (decision.kind === 'chosen') for (const said of decision.remarks) remark(`${subject}: ${said}`);
    return orRefuse(decision, subject);
  };
  const ofModels: Record<string, DecidedReading> = {};
  for (const [model, survey] of masks.surveys)
    ofModels[model] = await decided(survey, `${model} on ${dataset}`);
  return {
    truths: await decided(truths, dataset),
    ...(masks.surveys.size === 0 ? {} : { masks: ofModels }),
  };
}
