import { awsBatch } from './aws-batch.js';
import { kubernetes } from './kubernetes.js';
import { parallel } from './parallel.js';
import { slurm } from './slurm.js';
import type { Engine } from './submission.js';

/** Engines that hand out the shards of a plan, and try them again. */
export const ENGINES = {
  slurm,
  kubernetes,
  'aws-batch': awsBatch,
  parallel,
} as const satisfies Readonly<Record<string, Engine>>;
export type EngineName = keyof typeof ENGINES;
