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
import { maskPathsOf, type MaskPathOf } from './mask-files.js';
import { readMaskTimes, type MaskTimes } from './mask-times.js';
import { watchSamples } from './watch-samples.js';

const masksSchema = z.strictObject({
  path: z
    .string()
    .min(1)
    // A brace that nothing closes is part of a name.
    .regex(/^([^{]|\{(dataset|id|stem)\}|\{(?![^}]*\}))*$/, 'the placeholders are {dataset}, {id} and {stem}')
    .describe(
      "A path with {dataset}, {id} or {stem} (the id's last part), relative to the YAML file; or a folder alone, in which {dataset}/{id}, {id} and {stem} with any image's extension are looked for.",
    ),
  times: z
    .string()
    .min(1)
    .optional()
    .describe(
      'CSV with a header id,ms or dataset,id,ms: how long each prediction took; relative to the YAML file.',
    ),
});

const precomputedSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('precomputed').describe('Masks that were made elsewhere; nothing is run.'),
  masks: masksSchema.describe('Where the masks lie.'),
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
  identity: ({ spec, assets }) => {
    const pathOf = maskPathsOf(assets.pattern);
    return async (sample) => {
      const hash = async (): Promise<string> => hashFile(pathOf(sample));
      const mask = await hash().catch(() => null);
      return canonicalJson({ feeding: spec.feeding, mask });
    };
  },
  watch: ({ assets: { pattern, times } }) => watchSamples(maskPathsOf(pattern), times),
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
  const times = assets.times === undefined ? undefined : await readMaskTimes(assets.times);
  const pathOf = maskPathsOf(assets.pattern);
  return {
    async predict(jobs, onOutcome) {
      const taken = mapInOrder(jobs, WIDTH, async (job) => ({
        job,
        outcome: await take(pathOf, job, times).catch((error: unknown): Outcome => ({
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
  pathOf: MaskPathOf,
  { sample, mattePath }: MatteJob,
  times: MaskTimes | undefined,
): Promise<Outcome> {
  const path = pathOf(sample);
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
  const matteSha256 = await writeMatte(mattePath, matte);
  return {
    kind: 'done',
    phases: { decodeMs, ...phasesOf(times?.of(sample) ?? 0) },
    matteSha256,
    width,
    height,
  };
}

async function* timedSamples(
  path: string,
  samples: readonly PlannedSample[],
): AsyncGenerator<TimedSample, void, undefined> {
  const times = await readMaskTimes(path);
  for (const sample of samples) {
    const ms = times.of(sample);
    if (ms !== undefined) yield { sample, iteration: 0, phases: { decodeMs: 0, ...phasesOf(ms) } };
  }
}

const phasesOf = (inferenceMs: number) => ({ preprocessMs: 0, inferenceMs, postprocessMs: 0 });
