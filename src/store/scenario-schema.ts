import { z } from 'zod';
import { ignoredOption, sessionOptions } from '../runners/onnx/session-options.js';

const offlineSchema = z.strictObject({
  kind: z
    .literal('offline')
    .describe('Throughput with several images in one inference, where the model takes them.'),
  batches: z
    .array(z.int().min(1).max(1024))
    .min(1)
    .default([1, 2, 4, 8])
    .describe('Images in one inference; each number is measured.'),
  seconds: z.number().positive().default(10).describe('About how long each batch size is measured.'),
});

const serverSchema = z.strictObject({
  kind: z
    .literal('server')
    .describe(
      'Requests that arrive at random times: the highest rate at which a percentile of the latency stays within a bound.',
    ),
  boundMs: z.number().positive().describe('The bound, in milliseconds.'),
  percentile: z.enum(['p90', 'p95', 'p99']).default('p99').describe('Of the latency that is bounded.'),
  seed: z.int().default(1).describe('Of the random arrivals: the same seed asks for the same ones.'),
  requests: z
    .int()
    .min(10)
    .max(100_000)
    .optional()
    .describe('Requests of a trial; by default as many as the percentile needs.'),
});

const sweepSchema = z.strictObject(
  {
    kind: z
      .literal('sweep')
      .describe('Every combination of these settings, each measured like a model of its own.'),
    threads: z
      .array(z.int().min(1).max(1024))
      .min(1)
      .optional()
      .describe('Numbers of threads of ONNX Runtime.'),
    graphOptimization: z
      .array(z.enum(['disabled', 'basic', 'extended', 'all']))
      .min(1)
      .optional()
      .describe('How far the graph is rewritten before it runs.'),
    memoryPattern: z.array(z.boolean()).min(1).optional().describe('Whether memory is planned ahead.'),
    fetch: z
      .array(z.enum(['mask', 'all']))
      .min(1)
      .optional()
      .describe('Whether the one output that is read is fetched, or every output.'),
    cpuArena: z.array(sessionOptions.cpuArena).min(1).optional().describe('As in runner.'),
    spinning: z.array(sessionOptions.spinning).min(1).optional().describe('As in runner.'),
    tf32: z
      .array(sessionOptions.tf32)
      .min(1)
      .optional()
      .describe('As in runner; on cuda and tensorrt alone.'),
  },
  { error: ignoredOption },
);

export const scenarioSchema = z.discriminatedUnion('kind', [offlineSchema, serverSchema, sweepSchema]);

export type ScenarioConfig = z.output<typeof scenarioSchema>;
export type OfflineConfig = z.output<typeof offlineSchema>;
export type ServerConfig = z.output<typeof serverSchema>;
export type SweepConfig = z.output<typeof sweepSchema>;
