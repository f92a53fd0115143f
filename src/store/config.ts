import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { datasetReferenceSchema } from '../datasets/spec.js';
import { readYamlFile } from '../core/yaml-file.js';
import { modelReferenceSchema } from '../runners/load-spec.js';
import { runnerOptionsSchema } from '../runners/onnx/session-options.js';
import { scenarioSchema } from './scenario-schema.js';
import { priceSchema, scoringSchema } from './settings-schema.js';
import { timeSchema } from './time-schema.js';

const autoOr = (number: z.ZodInt): z.ZodUnion<[z.ZodLiteral<'auto'>, z.ZodInt]> =>
  z.union([z.literal('auto'), number]);

/** The accuracy pass: `auto` is one thread a process and as many processes as cores and memory allow. */
const accuracySchema = z.strictObject({
  processes: autoOr(z.int().min(1).max(256)).default('auto'),
  threads: autoOr(z.int().min(1).max(1024)).default('auto'),
});

export const runConfigSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only'),
  description: z.string().optional(),
  models: z.array(modelReferenceSchema).min(1),
  datasets: z.array(datasetReferenceSchema).min(1),
  device: z.string().default('cpu'),
  /** Go on where ONNX Runtime runs nothing on the device asked for, which is an error otherwise; the report names it. */
  allowFallback: z.boolean().default(false),
  /** Of an hour of this device: reports then say how many images a unit of the currency buys. */
  price: priceSchema.optional(),
  /** At most so many samples of every dataset, the first in order. */
  limit: z.int().positive().optional(),
  runner: runnerOptionsSchema.prefault({}),
  accuracy: accuracySchema.prefault({}),
  scoring: scoringSchema.prefault({}),
  time: timeSchema.prefault({}),
  /** What else is measured after the timing pass (docs/timing.md). */
  scenarios: z.array(scenarioSchema).default([]),
});

export type RunConfig = z.output<typeof runConfigSchema>;

/** A checked config, and the folder that its relative paths start from. */
export interface LoadedConfig {
  readonly config: RunConfig;
  readonly folder: string;
  readonly file: string;
}

/** @throws MaskbenchError `data.missing`, or `config.invalid` naming file, line and column. */
export async function loadRunConfig(path: string): Promise<LoadedConfig> {
  const file = resolve(path);
  const config = await readYamlFile(file, runConfigSchema);
  return { config, folder: dirname(file), file: basename(file) };
}
