import { resolve } from 'node:path';
import { z } from 'zod';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toError, toFailure } from '../../core/failure.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { hashFile } from '../../core/hash-file.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { MASKS_FIELD } from '../../datasets/values/contradiction.js';
import { readChecked } from '../../datasets/values/read-checked.js';
import { modelFields } from '../../models/spec/spec.js';
import { maskValuesSchema, PLAIN_OPACITY, type MaskReading } from '../../schema/mask-values.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import { existingFile } from '../existing-file.js';
import type {
  MatteJob,
  OpenRequest,
  Outcome,
  PredictSession,
  ReadyModel,
  Runner,
  TimedSample,
} from '../runner.js';
import { writeMatte } from '../write-matte.js';
import { maskPathOf, readMaskTimes, type TimeOf } from './mask-files.js';

/** Where masks lie that somebody else made. */
const masksSchema = z.strictObject({
  /**
   * A path with `{dataset}`, `{id}` or `{stem}` (the id's last part), relative to the YAML file; or a folder alone,
   * in which `{dataset}/{id}.png`, `{id}.png` and `{stem}.png` are looked for.
   */
  path: z
    .string()
    .min(1)
    .refine(
      (path) =>
        [...path.matchAll(/\{([^}]*)\}/g)].every(([, key]) => ['dataset', 'id', 'stem'].includes(key)),
      'the placeholders are {dataset}, {id} and {stem}',
    ),
  /** CSV with a header `id,ms` or `dataset,id,ms`: how long each prediction took; relative to the YAML file. */
  times: z.string().min(1).optional(),
  values: maskValuesSchema.optional(),
});

const precomputedSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('precomputed'),
  masks: masksSchema,
});

type MasksSpec = z.output<typeof precomputedSchema>;

/** Absolute: the pattern of the masks' paths, and the file of their times. */
interface MasksAssets {
  readonly pattern: string;
  readonly times: string | undefined;
}

type Masks = ReadyModel<MasksSpec, MasksAssets>;

/** Masks read at once. */
const WIDTH = 4;

/** Masks that were made elsewhere; nothing is run. Of each, its bytes count, and not where it lies. */
export const masksRunner: Runner<MasksSpec, MasksAssets> = {
  title: 'masks that were made elsewhere',
  specs: { precomputed: precomputedSchema },
  describe: () => 'masks',
  moved: (spec, move) => {
    const { path, times } = spec.masks;
    return {
      ...spec,
      masks: { ...spec.masks, path: move(path), ...(times === undefined ? {} : { times: move(times) }) },
    };
  },
  async ensure({ spec, folder }) {
    const { path, times } = spec.masks;
    const assets = {
      pattern: resolve(folder, path),
      times: times === undefined ? undefined : await existingFile(resolve(folder, times)),
    };
    return { spec, assets, sha256: sha256(canonicalJson(spec.masks)), bytes: 0 };
  },
  identity:
    ({ spec, assets }) =>
    async (sample) => {
      const mask = await hashFile(maskPathOf(assets.pattern, sample)).catch(() => null);
      const { values } = spec.masks;
      return canonicalJson({ feeding: spec.feeding, mask, ...(values === undefined ? {} : { values }) });
    },
  masks: ({ spec, assets }) => ({
    values: spec.masks.values,
    pathOf: (sample) => maskPathOf(assets.pattern, sample),
  }),
  open: openMasks,
  time: {
    kind: 'series',
    scope: 'predict',
    measuredElsewhere: true,
    series: ({ assets: { times } }, samples) =>
      times === undefined ? undefined : timedSamples(times, samples),
  },
};

/**
 * Takes masks into the run as 8-bit mattes, read as was decided for all of a dataset. A mask that is missing, unreadable
 * or of another size than its image is a failed cell; one that contradicts how all are read ends the run.
 */
async function openMasks(
  { assets }: Masks,
  { signal, readings }: Pick<OpenRequest, 'signal' | 'readings'>,
): Promise<PredictSession> {
  const timeOf = assets.times === undefined ? undefined : await readMaskTimes(assets.times);
  return {
    async predict(jobs, onOutcome) {
      const taken = mapInOrder(jobs, WIDTH, async (job) => ({
        job,
        outcome: await take(assets, job, readings.get(job.sample.dataset) ?? PLAIN_OPACITY, timeOf).catch(
          (error: unknown): Outcome => ({
            kind: 'failed',
            failure: toFailure(error),
          }),
        ),
      }));
      for await (const { job, outcome } of taken) {
        throwIfCancelled(signal, RESUME);
        if (outcome.kind === 'failed' && outcome.failure.code === 'data.values')
          throw toError(outcome.failure);
        await onOutcome(job, outcome);
      }
    },
    close: async () => undefined,
  };
}

async function take(
  { pattern }: MasksAssets,
  { sample, mattePath }: MatteJob,
  reading: MaskReading,
  timeOf: TimeOf | undefined,
): Promise<Outcome> {
  const path = maskPathOf(pattern, sample);
  const start = performance.now();
  const matte = await readChecked(path, { reading, role: 'prediction', field: MASKS_FIELD });
  const decodeMs = performance.now() - start;
  const { width, height } = matte;
  if (width !== sample.width || height !== sample.height) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the mask is ${width} x ${height}, its image ${sample.width} x ${sample.height}`,
      { where: path },
    );
  }
  const matteSha256 = await writeMatte(mattePath, matte);
  return {
    kind: 'done',
    phases: { decodeMs, ...phasesOf(timeOf?.(sample) ?? 0) },
    matteSha256,
    width,
    height,
  };
}

async function* timedSamples(
  times: string,
  samples: readonly PlannedSample[],
): AsyncGenerator<TimedSample, void, undefined> {
  const timeOf = await readMaskTimes(times);
  for (const sample of samples) {
    const ms = timeOf(sample);
    if (ms !== undefined) yield { sample, iteration: 0, phases: { decodeMs: 0, ...phasesOf(ms) } };
  }
}

const phasesOf = (inferenceMs: number) => ({ preprocessMs: 0, inferenceMs, postprocessMs: 0 });
