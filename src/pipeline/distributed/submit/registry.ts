import { parallel } from './parallel.js';
import { slurm } from './slurm.js';
import type { EngineScript } from './submission.js';

/** Engines that hand out the shards of a plan, and try them again. */
export const ENGINES = { slurm, parallel } as const satisfies Readonly<Record<string, EngineScript>>;
export type EngineName = keyof typeof ENGINES;
