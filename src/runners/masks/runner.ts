import { resolve } from 'node:path';
import { z } from 'zod';
import { systemRefusal } from '../../core/failure.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { namePatternFields } from '../../datasets/dataset-fields.js';
import { modelFields } from '../../models/spec/spec.js';
import { maskValuesSchema } from '../../schema/mask-values.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import type { Runner, TimedSample } from '../runner.js';
import type { MasksAssets } from './open-masks.js';

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
    const { maskPathsOf, openMaskFolders } = await import('./mask-files.js');
    const { existingFile } = await import('../existing-file.js');
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
      const mask = await digest().catch((error: unknown) => {
        // What the system refuses for now says nothing of the mask.
        if (systemRefusal(error) !== undefined) throw error;
        return null;
      });
      const { values } = spec.masks;
      return canonicalJson({ feeding: spec.feeding, mask, ...(values === undefined ? {} : { values }) });
    },
  watch: async ({ assets: { pathOf, times } }) =>
    (await import('./watch-samples.js')).watchSamples(pathOf, times),
  masks: ({ spec, assets }) => ({
    values: spec.masks.values,
    pathOf: assets.pathOf,
  }),
  open: async ({ assets }, request) => (await import('./open-masks.js')).openMasks(assets, request),
  time: {
    kind: 'series',
    scope: 'predict',
    measuredElsewhere: true,
    series: ({ assets: { times } }, samples) =>
      times === undefined ? undefined : timedSamples(times, samples),
  },
};

async function* timedSamples(
  path: string,
  samples: readonly PlannedSample[],
): AsyncGenerator<TimedSample, void, undefined> {
  const { phasesOf, readMaskTimes } = await import('./mask-times.js');
  const times = await readMaskTimes(path);
  for (const sample of samples) {
    const ms = times.of(sample);
    if (ms !== undefined) yield { sample, iteration: 0, phases: { decodeMs: 0, ...phasesOf(ms) } };
  }
}
