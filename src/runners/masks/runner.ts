import { resolve } from 'node:path';
import { z } from 'zod';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toFailure } from '../../core/failure.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { hashFile } from '../../core/hash-file.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { decodeMatte } from '../../image/codec.js';
import { modelFields } from '../../models/spec/spec.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import { existingFile } from '../existing-file.js';
import type { MatteJob, Outcome, PredictSession, ReadyModel, Runner, TimedSample } from '../runner.js';
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
    return { ...spec, masks: { path: move(path), ...(times === undefined ? {} : { times: move(times) }) } };
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
      return canonicalJson({ feeding: spec.feeding, mask });
    },
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
 * Takes masks into the run: cut-outs by their alpha, colour by its brightness, any depth as 8 bits. A mask that is
 * missing, unreadable or of another size than its image is a failed cell.
 */
async function openMasks(
  { assets }: Masks,
  { signal }: { readonly signal: AbortSignal },
): Promise<PredictSession> {
  const timeOf = assets.times === undefined ? undefined : await readMaskTimes(assets.times);
  return {
    async predict(jobs, onOutcome) {
      const taken = mapInOrder(jobs, WIDTH, async (job) => ({
        job,
        outcome: await take(assets, job, timeOf).catch((error: unknown): Outcome => ({
          kind: 'failed',
          failure: toFailure(error),
        })),
      }));
      for await (const { job, outcome } of taken) {
        throwIfCancelled(signal, RESUME);
        await onOutcome(job, outcome);
      }
    },
    close: async () => undefined,
  };
}

async function take(
  { pattern }: MasksAssets,
  { sample, mattePath }: MatteJob,
  timeOf: TimeOf | undefined,
): Promise<Outcome> {
  const path = maskPathOf(pattern, sample);
  const start = performance.now();
  const matte = await decodeMatte(path);
  const decodeMs = performance.now() - start;
  const { width, height } = matte;
  if (width !== sample.width || height !== sample.height) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the mask is ${width} x ${height}, its image ${sample.width} x ${sample.height}`,
      { where: path },
    );
  }
  return {
    kind: 'done',
    phases: { decodeMs, ...phasesOf(timeOf?.(sample) ?? 0) },
    width,
    height,
    ...(await writeMatte(mattePath, matte)),
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
