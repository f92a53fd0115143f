import { z } from 'zod';

/** Throughput with several images in one inference, where the model takes them. */
const offlineSchema = z.strictObject({
  kind: z.literal('offline'),
  batches: z.array(z.int().min(1).max(1024)).min(1).default([1, 2, 4, 8]),
  /** About how long each batch size is measured. */
  seconds: z.number().positive().default(10),
});

/** Requests that arrive by themselves: the highest rate at which a percentile of the latency stays within a bound. */
const serverSchema = z.strictObject({
  kind: z.literal('server'),
  boundMs: z.number().positive(),
  percentile: z.enum(['p90', 'p95', 'p99']).default('p99'),
  /** Of the random arrivals: the same seed asks for the same ones. */
  seed: z.int().default(1),
  /** Requests of a trial; by default as many as the percentile needs. */
  requests: z.int().min(10).max(100_000).optional(),
});

/** Every combination of these settings, each measured like a model of its own. */
const sweepSchema = z.strictObject({
  kind: z.literal('sweep'),
  threads: z.array(z.int().min(1).max(1024)).min(1).optional(),
  graphOptimization: z
    .array(z.enum(['disabled', 'basic', 'extended', 'all']))
    .min(1)
    .optional(),
  memoryPattern: z.array(z.boolean()).min(1).optional(),
  fetch: z
    .array(z.enum(['mask', 'all']))
    .min(1)
    .optional(),
});

export const scenarioSchema = z.discriminatedUnion('kind', [offlineSchema, serverSchema, sweepSchema]);

export type ScenarioConfig = z.output<typeof scenarioSchema>;
export type OfflineConfig = z.output<typeof offlineSchema>;
export type ServerConfig = z.output<typeof serverSchema>;
export type SweepConfig = z.output<typeof sweepSchema>;
