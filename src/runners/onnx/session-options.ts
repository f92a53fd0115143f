import { z } from 'zod';

/** Options of ONNX Runtime that a run fixes and records; every one can change speed, memory or, in rare cases, values. */
export const runnerOptionsSchema = z.strictObject({
  /** Off by default: on, peak memory doubles at the same latency (docs/design.md). */
  memoryPattern: z.boolean().default(false),
  graphOptimization: z.enum(['disabled', 'basic', 'extended', 'all']).default('all'),
  /** `mask` fetches the one output that is read; `all` fetches every output, as rembg does. */
  fetch: z.enum(['mask', 'all']).default('mask'),
});

export type RunnerOptions = z.output<typeof runnerOptionsSchema>;
