import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { sampleSchema } from '../datasets/draw-sample.js';
import { datasetReferenceSchema } from '../datasets/spec.js';
import { MaskbenchError } from '../core/errors.js';
import { unknownName } from '../core/names.js';
import { PACKAGE_ROOT } from '../core/package-root.js';
import { admitPluginsOf, type PluginPolicy } from '../core/plugins/named-plugins.js';
import { pluginsField } from '../core/plugins/plugins-field.js';
import { readYamlFile } from '../core/yaml-file.js';
import { PROVIDERS } from '../runners/device.js';
import { modelReferenceSchema } from '../runners/load-spec.js';
import { runnerOptionsSchema } from '../runners/onnx/session-options.js';
import { runFolder } from './run-folder.js';
import { scenarioSchema } from './scenario-schema.js';
import { autoOr, keptMattesSchema, priceSchema, scoringSchema, timeSchema } from './settings-schema.js';

const accuracySchema = z.strictObject({
  processes: autoOr(z.int().min(1).max(256))
    .default('auto')
    .describe('Processes per model; auto: as many as cores and memory allow.'),
  threads: autoOr(z.int().min(1).max(1024))
    .default('auto')
    .describe('Threads of ONNX Runtime per process; auto: one on a CPU.'),
  feeders: autoOr(z.int().min(1).max(256))
    .default('auto')
    .describe(
      'Threads per process that decode, feed, read and write; auto: one on a CPU, elsewhere as many as there are cores.',
    ),
  batch: autoOr(z.int().min(1).max(64))
    .default(1)
    .describe(
      'Pictures in one inference, of networks whose first axis is open; auto: 4 where the outputs are those of batch 1 byte for byte. A number above 1 may change mattes, and is a part of keys and signatures.',
    ),
});

export const runConfigSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only')
      .describe('What reports call the run, and its folder unless --out names one.'),
    description: z.string().optional().describe('What the run is for, for people.'),
    plugins: pluginsField,
    models: z.array(modelReferenceSchema).min(1).describe('The models that are compared.'),
    datasets: z.array(datasetReferenceSchema).min(1).describe('The datasets that they are run on.'),
    device: z
      .string()
      .default('cpu')
      .describe(
        `What inference runs on: ${PROVIDERS.join(', ')}, with an index where there are several (cuda:0); several devices predict together (cuda:0,cuda:1 or cuda:all; cpu,webgpu).`,
      ),
    allowFallback: z
      .boolean()
      .default(false)
      .describe(
        'Continue where ONNX Runtime runs nothing on the requested device, which is an error otherwise; the report says so.',
      ),
    price: priceSchema
      .refine(({ perHour, perKWh }) => perHour !== undefined || perKWh !== undefined, {
        error: 'expected perHour, perKWh or both',
      })
      .optional()
      .describe('What the device and its energy cost: reports then say what 1,000 images cost.'),
    limit: z
      .int()
      .positive()
      .optional()
      .describe(
        'The largest number of images of every dataset; the first in order of their names are taken, which is no random sample.',
      ),
    sample: sampleSchema
      .optional()
      .describe('In place of limit: images of every dataset that are drawn at random (docs/datasets.md).'),
    maxMegapixels: z
      .number()
      .positive()
      .optional()
      .describe(
        'The largest picture or mask that is decoded, in millions of pixels; larger ones are failed cells. Default: 500.',
      ),
    mattes: keptMattesSchema
      .optional()
      .describe(
        'Which mattes stay on the disk once they are scored: all (default), none, or worst:N, the N worst of each model and dataset (docs/scale.md).',
      ),
    runner: runnerOptionsSchema.prefault({}).describe('Options of ONNX Runtime; every one is recorded.'),
    accuracy: accuracySchema.prefault({}).describe('The pass that predicts and scores every sample.'),
    scoring: scoringSchema.prefault({}).describe('How mattes are scored.'),
    time: timeSchema.prefault({}).describe('The timing pass (docs/timing.md).'),
    scenarios: z
      .array(scenarioSchema)
      .default([])
      .describe('What else is measured after the timing pass (docs/timing.md).'),
  })
  .refine(({ limit, sample }) => limit === undefined || sample === undefined, {
    path: ['sample'],
    error: 'expected either limit or sample',
  })
  .meta({
    title: 'Maskbench run',
    description: 'Which models are run on which datasets, and how they are scored and timed.',
  });

export type RunConfig = z.output<typeof runConfigSchema>;

/** A checked config, and the folder that its relative paths start from. */
export interface LoadedConfig {
  readonly config: RunConfig;
  readonly folder: string;
  readonly file: string;
}

/** The configs that come with Maskbench. */
const RUNS_FOLDER = join(PACKAGE_ROOT, 'configs', 'runs');

/**
 * A run's config by the path of its YAML file, relative to `cwd`, or by the name of one that comes with Maskbench (`quickstart`).
 * The plug-ins that it names are loaded, unless `plugins` says otherwise.
 *
 * @throws MaskbenchError `data.missing`, `data.unreadable` for a folder, `config.unknown-name`, or `config.invalid` naming file,
 *   line and column.
 */
export async function loadRunConfig(
  reference: string,
  cwd: string = process.cwd(),
  { plugins = 'load' }: { readonly plugins?: PluginPolicy } = {},
): Promise<LoadedConfig> {
  const file = await locate(reference, cwd);
  if (existsSync(runFolder(file).manifest)) {
    throw new MaskbenchError('data.unreadable', 'this is a run folder, and no YAML file of a run', {
      where: file,
      remedy: `continue it with "maskbench resume ${reference}", or show it with "maskbench report ${reference}"`,
    });
  }
  const remedy = 'give the YAML file of a run, "quickstart", or --models with --images and --masks';
  await admitPluginsOf(file, plugins, { remedy });
  const config = await readYamlFile(file, runConfigSchema, { kind: 'run', remedy });
  return { config, folder: dirname(file), file: basename(file) };
}

async function locate(reference: string, cwd: string): Promise<string> {
  const own = resolve(cwd, reference);
  const isName = /^[\w-]+$/.test(reference);
  if (!isName || (await stat(own).catch(() => undefined)) !== undefined) return own;
  const names = (await readdir(RUNS_FOLDER)).map((file) => basename(file, '.yaml')).sort();
  if (names.includes(reference)) return join(RUNS_FOLDER, `${reference}.yaml`);
  throw unknownName('unknown run', reference, names, {
    otherwise: `give the path of a YAML file, or one of ${names.join(', ')}`,
  });
}
