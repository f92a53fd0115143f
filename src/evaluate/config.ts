import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { datasetReferenceSchema } from '../datasets/spec.js';
import { readYamlFile } from '../core/yaml-file.js';
import { modelReferenceSchema } from '../models/load-spec.js';
import { runnerOptionsSchema } from '../runners/session-options.js';

const autoOr = (number: z.ZodInt): z.ZodUnion<[z.ZodLiteral<'auto'>, z.ZodInt]> =>
  z.union([z.literal('auto'), number]);

/** The accuracy pass: `auto` is one thread a process and as many processes as cores and memory allow. */
const accuracySchema = z.strictObject({
  processes: autoOr(z.int().min(1).max(256)).default('auto'),
  threads: autoOr(z.int().min(1).max(1024)).default('auto'),
});

/** The `fixed` protocol's conventions and the protocols to score by (docs/metrics.md). */
const scoringSchema = z.strictObject({
  protocols: z
    .array(z.enum(['fixed', 'sod', 'matting']))
    .min(1)
    .default(['fixed']),
  threshold: z.int().min(1).max(255).default(128),
  empty: z.enum(['one', 'zero', 'skip']).default('one'),
});

/** The timing pass: per model and dataset `images` pictures, each predicted `rounds` times after `warmup` inferences. */
const timeSchema = z.strictObject({
  images: z.int().min(1).max(64).default(4),
  rounds: z.int().min(1).default(3),
  warmup: z.int().min(3).default(3),
  threads: autoOr(z.int().min(1).max(1024)).default('auto'),
});

export const runConfigSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only'),
  description: z.string().optional(),
  models: z.array(modelReferenceSchema).min(1),
  datasets: z.array(datasetReferenceSchema).min(1),
  device: z.string().default('cpu'),
  /** At most so many samples of every dataset, the first in order. */
  limit: z.int().positive().optional(),
  runner: runnerOptionsSchema.prefault({}),
  accuracy: accuracySchema.prefault({}),
  scoring: scoringSchema.prefault({}),
  time: timeSchema.prefault({}),
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
