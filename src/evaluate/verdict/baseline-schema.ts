import { z } from 'zod';
import type { ModelSpec } from '../../models/spec.js';
import { runnerOptionsSchema } from '../../runners/session-options.js';

/** Version of a baseline's files; a reader refuses another one. */
export const BASELINE_VERSION = 1;

const hex = z.string().regex(/^[0-9a-f]{64}$/);

const model = z.strictObject({
  name: z.string().min(1),
  sha256: hex,
  bytes: z.number(),
  /** As a manifest holds it: checked when the run was made, and its sources are written out since. */
  spec: z.custom<ModelSpec>(
    (value) => typeof value === 'object' && value !== null && 'feeding' in value && 'trainedOn' in value,
    'not a model spec',
  ),
});

const phases = z.strictObject({
  decode: z.number(),
  preprocess: z.number(),
  inference: z.number(),
  postprocess: z.number(),
  predict: z.number(),
});

const times = z.strictObject({
  threads: z.number(),
  loadMs: z.number(),
  firstInferenceMs: z.number(),
  peakRssBytes: z.number().nullable(),
  images: z.array(z.strictObject({ dataset: z.string(), id: z.string(), n: z.number(), ms: phases })),
});

/** `baseline.json`: everything of a run that a comparison asks for, scores apart. */
export const baselineSchema = z.strictObject({
  schemaVersion: z.literal(BASELINE_VERSION),
  /** The run that it was made of. */
  name: z.string(),
  createdAt: z.string(),
  maskbenchVersion: z.string(),
  device: z.string(),
  environment: z.strictObject({
    os: z.string(),
    cpu: z.string(),
    cores: z.number(),
    memoryBytes: z.number(),
    node: z.string(),
    onnxruntime: z.string(),
    sharp: z.string(),
  }),
  runner: runnerOptionsSchema,
  signatures: z.array(z.string()),
  metrics: z.array(z.string()),
  models: z.array(model).min(1),
  datasets: z.array(
    z.strictObject({
      name: z.string(),
      fingerprint: hex,
      samples: z.number(),
      problems: z.number(),
      tags: z.array(z.string()),
    }),
  ),
  times: z.record(z.string(), times),
  /** Of the bytes of scores.jsonl. */
  scoresSha256: hex,
});

export type BaselineRecord = z.output<typeof baselineSchema>;
