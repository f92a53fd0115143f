import { resolve } from 'node:path';
import { z } from 'zod';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toError, toFailure } from '../../core/failure.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { readImageSize } from '../../image/codec.js';
import { namePatternFields } from '../../datasets/dataset-fields.js';
import { VALUES_FIELDS } from '../../datasets/values/contradiction.js';
import { readChecked, type CheckedReading } from '../../datasets/values/read-checked.js';
import { modelFields } from '../../models/spec/spec.js';
import { PLAIN_OPACITY } from '../../schema/mask-reading.js';
import { maskValuesSchema } from '../../schema/mask-values.js';
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
import { maskPathsOf, openMaskFolders, type MaskPathOf } from './mask-files.js';
import { readMaskTimes, type MaskTimes } from './mask-times.js';
import { watchSamples } from './watch-samples.js';

const masksSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      // A brace that nothing closes is part of a name.
      .regex(
        /^([^{]|\{(dataset|id|stem)\}|\{(?![^}]*\}))*$/,
        'the placeholders are {dataset}, {id} and {stem}',
      )
      .optional()
      .describe(
        "A path with {dataset}, {id} or {stem} (the id's last part), relative to the YAML file; or a folder alone, in which {dataset}/{id}, {id} and {stem} with any image's extension are looked for.",
      ),
    folders: z
      .record(
        z.string(),
        z.strictObject({
          path: z.string().min(1).describe('The folder, relative to the YAML file.'),
          ...namePatternFields,
        }),
      )
      .optional()
      .describe(
        'In place of path: folders by dataset. A mask belongs to the image of its path in there but for prefix, suffix and extension.',
      ),
    times: z
      .string()
      .min(1)
      .optional()
      .describe(
        'CSV with a header id,ms or dataset,id,ms: how long each prediction took; relative to the YAML file.',
      ),
    values: maskValuesSchema.optional(),
  })
  .refine(
    ({ path, folders }) => (path === undefined) !== (folders === undefined),
    'say where the masks lie: either path or folders',
  )
  .meta({ oneOf: [{ required: ['path'] }, { required: ['folders'] }] });

const precomputedSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('precomputed').describe('Masks that were made elsewhere; nothing is run.'),
  masks: masksSchema.describe('Where the masks lie.'),
});

type MasksSpec = z.output<typeof precomputedSchema>;

interface MasksAssets {
  readonly pathOf: MaskPathOf;
  /** The file of their times, absolute. */
  readonly times: string | undefined;
}

type Masks = ReadyModel<MasksSpec, MasksAssets>;

/** Of a dataset for which nothing was decided. */
const MASKS_AS_OPACITY: CheckedReading = {
  reading: PLAIN_OPACITY,
  role: 'prediction',
  field: VALUES_FIELDS.masks,
};

/** Masks read at once. */
const WIDTH = 4;

/** Masks that were made elsewhere; nothing is run. Of each, its bytes count, and not where it lies. */
export const masksRunner: Runner<MasksSpec, MasksAssets> = {
  title: 'masks that were made elsewhere',
  specs: { precomputed: precomputedSchema },
  describe: () => 'masks',
  moved: (spec, move) => {
    const { path, folders, times } = spec.masks;
    const moved = Object.entries(folders ?? {}).map(([name, at]) => [name, { ...at, path: move(at.path) }]);
    return {
      ...spec,
      masks: {
        ...spec.masks,
        ...(path === undefined ? { folders: Object.fromEntries(moved) } : { path: move(path) }),
        ...(times === undefined ? {} : { times: move(times) }),
      },
    };
  },
  async ensure({ spec, folder }) {
    const { path = '', folders, times } = spec.masks;
    const pattern = resolve(folder, path);
    const assets = {
      pathOf: folders === undefined ? maskPathsOf(pattern) : await openMaskFolders(folders, folder),
      times: times === undefined ? undefined : await existingFile(resolve(folder, times)),
    };
    return { spec, assets, sha256: sha256(canonicalJson(spec.masks)), bytes: 0 };
  },
  identity:
    ({ spec, assets }) =>
    async (sample, files) => {
      const digest = async (): Promise<string> => (await files.mask(assets.pathOf(sample))).sha256;
      const mask = await digest().catch(() => null);
      const { values } = spec.masks;
      return canonicalJson({ feeding: spec.feeding, mask, ...(values === undefined ? {} : { values }) });
    },
  watch: ({ assets: { pathOf, times } }) => watchSamples(pathOf, times),
  masks: ({ spec, assets }) => ({
    values: spec.masks.values,
    pathOf: assets.pathOf,
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
 * Takes masks into the run as 8-bit mattes, read as was decided for all of a dataset. A mask that is missing or unreadable is
 * a failed cell, and so is one of another size than its image and ground truth, unless it is to be resized when it is
 * scored; one that contradicts how all are read ends the run.
 */
async function openMasks(
  { assets }: Masks,
  { signal, readings, resize = false }: Pick<OpenRequest, 'signal' | 'readings' | 'resize'>,
): Promise<PredictSession> {
  const times = assets.times === undefined ? undefined : await readMaskTimes(assets.times);
  return {
    async predict(jobs, onOutcome) {
      const taken = mapInOrder(jobs, WIDTH, async (job) => ({
        job,
        outcome: await take(
          assets,
          job,
          readings.get(job.sample.dataset) ?? MASKS_AS_OPACITY,
          times,
          resize,
        ).catch((error: unknown): Outcome => ({ kind: 'failed', failure: toFailure(error) })),
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
  { pathOf }: MasksAssets,
  { sample, mattePath }: MatteJob,
  reading: CheckedReading,
  times: MaskTimes | undefined,
  resize: boolean,
): Promise<Outcome> {
  const path = pathOf(sample);
  const start = performance.now();
  const matte = await readChecked(path, reading);
  const decodeMs = performance.now() - start;
  const { width, height } = matte;
  if (!resize && !isSize(matte, sample) && !isSize(matte, await readImageSize(sample.truthPath))) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the mask is ${width} x ${height}, its image ${sample.width} x ${sample.height}`,
      { where: path },
    );
  }
  return {
    kind: 'done',
    phases: { decodeMs, ...phasesOf(times?.of(sample) ?? 0) },
    width,
    height,
    ...(await writeMatte(mattePath, matte)),
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

interface Size {
  readonly width: number;
  readonly height: number;
}

const isSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

const phasesOf = (inferenceMs: number) => ({ preprocessMs: 0, inferenceMs, postprocessMs: 0 });
