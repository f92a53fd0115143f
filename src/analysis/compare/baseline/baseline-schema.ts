import { z } from 'zod';
import { SEAL_PARTS } from '../../../schema/seal.js';
import type { ModelSpec } from '../../../models/spec/spec.js';
import { runnerOptionsSchema } from '../../../runners/onnx/session-options.js';
import type { Attributes } from '../../../store/run-scores.js';

/** Where named baselines lie, in the repository of whoever uses them: `baselines/<name>/`. */
export const BASELINES_FOLDER = 'baselines';

/** The two files of a baseline. */
export const FACTS_FILE = 'baseline.json';
export const SCORES_FILE = 'scores.jsonl';

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

const seal = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sealed') }),
  z.strictObject({ kind: z.literal('unsealed'), failed: z.array(z.enum(SEAL_PARTS)).readonly() }),
]);

const times = z.strictObject({
  threads: z.number(),
  loadMs: z.number(),
  firstInferenceMs: z.number(),
  peakRssBytes: z.number().nullable(),
  seal,
  images: z
    .array(z.strictObject({ dataset: z.string(), id: z.string(), n: z.number(), ms: phases }))
    .readonly(),
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
  signatures: z.array(z.string()).readonly(),
  metrics: z.array(z.string()).readonly(),
  models: z.array(model).min(1).readonly(),
  datasets: z
    .array(
      z.strictObject({
        name: z.string(),
        fingerprint: hex,
        samples: z.number(),
        problems: z.number(),
        tags: z.array(z.string()).readonly(),
      }),
    )
    .readonly(),
  times: z.record(z.string(), times),
  /** Of the bytes of scores.jsonl. */
  scoresSha256: hex,
});

export type BaselineRecord = z.output<typeof baselineSchema>;

/** A line of scores.jsonl: one image, and of every model its scores in the order of the metrics, null if undefined. */
export interface ScoreLine {
  readonly dataset: string;
  readonly id: string;
  readonly content: string;
  readonly attributes: Attributes;
  readonly scores: Readonly<Record<string, readonly (number | null)[]>>;
}
