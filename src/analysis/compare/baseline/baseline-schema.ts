import { z } from 'zod';
import { canonicalJson, sha256 } from '../../../core/hash.js';
import { DRAFT_ENDING } from '../../../core/write-whole.js';
import type { Document } from '../../../schema/basics.js';
import { chosenImages } from '../../../schema/chosen-images.js';
import { evidenceSchema } from '../../../schema/evidence.js';
import { runnerOptionsSchema } from '../../../runners/onnx/session-options.js';
import { recordedProtocol } from '../../../schema/recorded-protocol.js';
import { recordedSpec } from '../../../store/manifest.js';
import { storedTimes } from '../../../store/stored-times.js';

/** Where named baselines lie, in the repository of whoever uses them: `baselines/<name>/`. */
export const BASELINES_FOLDER = 'baselines';

/** The two files of a baseline. */
export const FACTS_FILE = 'baseline.json';
export const SCORES_FILE = 'scores.jsonl';

/** Where the scores lie until the facts that name their digest are in place: a baseline is the old or the new at any moment. */
export function stagedScores(scoresSha256: string): string {
  return `scores.${scoresSha256.slice(0, 8)}.jsonl`;
}

/** What a killed process may have left in the folder of a baseline. */
export function isRemainsOfBaseline(name: string): boolean {
  return /^scores\.[0-9a-f]{8}\.jsonl$/.test(name) || DRAFT_ENDING.test(name);
}

/** What `root` of a baseline must be. */
export function rootOfFacts({ root: _root, ...rest }: Readonly<Record<string, unknown>>): string {
  return sha256(canonicalJson(rest));
}

/** Version of a baseline's files; a reader refuses a later one. */
export const BASELINE_VERSION = 1;

const hex = z.string().regex(/^[0-9a-f]{64}$/);

const model = z.object({
  name: z.string().min(1),
  sha256: hex,
  version: z.exactOptional(z.string()),
  bytes: z.number(),
  spec: recordedSpec,
});

export const baselineSchema = z
  .object({
    schemaVersion: z.literal(BASELINE_VERSION),
    name: z.string().describe('The run that it was made of.'),
    createdAt: z.string(),
    maskbenchVersion: z.string(),
    device: z.string(),
    /** The machine without its name: a baseline is shared. */
    environment: z.object({
      os: z.string(),
      cpu: z.string(),
      cores: z.number(),
      memoryBytes: z.number(),
      node: z.string(),
      onnxruntime: z.string(),
      sharp: z.string(),
    }),
    runner: runnerOptionsSchema.strip(),
    /** One per protocol. */
    signatures: z.array(z.string()).readonly(),
    /** Ids of the metrics that were scored. */
    metrics: z.array(z.string()).readonly(),
    protocols: z
      .exactOptional(z.array(recordedProtocol).readonly())
      .describe('Those of plug-ins: what reading their scores takes.'),
    models: z.array(model).min(1).readonly(),
    datasets: z
      .array(
        z.object({
          name: z.string(),
          fingerprint: hex,
          samples: z.number(),
          problems: z.number(),
          tags: z.array(z.string()).readonly(),
          chosen: z.exactOptional(chosenImages),
        }),
      )
      .readonly(),
    times: z.record(z.string(), storedTimes),
    evidence: z
      .exactOptional(evidenceSchema)
      .describe('Of the run that it was made of; absent in baselines of 0.1.'),
    scoresSha256: hex.describe('Of the bytes of scores.jsonl.'),
    root: z
      .exactOptional(hex)
      .describe(
        'SHA-256 of all the other members as JSON without spaces, keys in order at any depth; absent in baselines of 0.1.',
      ),
  })
  .meta({
    title: 'Maskbench baseline',
    description: 'baseline.json: everything of a run that a comparison asks for, scores apart.',
  });

export type BaselineRecord = z.output<typeof baselineSchema>;

/**
 * A line of scores.jsonl: one image, its unit where the dataset names some, and of every model its scores in the order of the metrics, null if undefined, and the
 * SHA-256 of its matte's pixels (absent in baselines of 0.1).
 */
export const scoreLine = z.object({
  dataset: z.string(),
  id: z.string(),
  content: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
  unit: z.exactOptional(z.string()),
  scores: z.record(z.string(), z.array(z.number().nullable())),
  mattes: z.exactOptional(z.record(z.string(), z.string())),
});
export type ScoreLine = Document<typeof scoreLine>;
