import { z } from 'zod';

/** Options of ONNX Runtime that a run fixes and records; every one can change speed, memory or, in rare cases, values. */
export const runnerOptionsSchema = z.strictObject({
  memoryPattern: z
    .boolean()
    .default(false)
    .describe('Whether memory is planned ahead: peak memory doubles at the same latency.'),
  graphOptimization: z
    .enum(['disabled', 'basic', 'extended', 'all'])
    .default('all')
    .describe('How far the graph is rewritten before it runs.'),
  fetch: z
    .enum(['mask', 'all'])
    .default('mask')
    .describe('mask fetches the one output that is read; all fetches every output, as rembg does.'),
});

export type RunnerOptions = z.output<typeof runnerOptionsSchema>;
