import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { PACKAGE_ROOT } from '../../core/package-root.js';
import { nearest, parseYaml } from '../../core/yaml-file.js';
import { METRICS } from '../../metrics/registry.js';

const METRIC_IDS = METRICS.map(({ meta }) => meta.id);

const metricId = z.string().superRefine((id, context) => {
  if (METRIC_IDS.includes(id)) return;
  const near = nearest(id, METRIC_IDS);
  const hint = near === undefined ? 'docs/metrics.md lists them' : `did you mean "${near}"?`;
  context.addIssue({ code: 'custom', message: `unknown metric "${id}"; ${hint}` });
});

const timedPhase = z.enum(['preprocess', 'inference', 'postprocess', 'predict']);
const share = z.number().min(0).max(1);
const ratio = z.number().positive();

/** At most so many images, or such a share of them; with both, whichever is fewer. */
const cap = { maximum: z.int().min(0).optional(), maximumShare: share.optional() };
const isCapped = (rule: { maximum?: number | undefined; maximumShare?: number | undefined }): boolean =>
  rule.maximum !== undefined || rule.maximumShare !== undefined;
const CAP_NEEDED = 'say how many are allowed: maximum (images) or maximumShare (0 to 1)';

/** The mean gain's lower bound must lie above -margin: on all images together, and on each dataset of enough images. */
const accuracyRule = z.strictObject({
  metric: metricId,
  margin: z.number().min(0),
  eachDataset: z.boolean().default(true),
});

/** The candidate's own mean must be no worse than this. */
const floorRule = z.strictObject({ metric: metricId, mean: z.number(), dataset: z.string().optional() });

/** An accuracy rule on a part of the images that must be there, in sufficient number. */
const sliceRule = z.strictObject({
  attribute: z.string().min(1),
  values: z.array(z.union([z.string(), z.number()])).min(1),
  metric: metricId,
  margin: z.number().min(0),
});

const lossRule = z
  .strictObject({ metric: metricId, over: z.number().positive(), ...cap })
  .refine(isCapped, CAP_NEEDED);

/** Images on the wrong side of `worseThan` now that were not before. */
const catastropheRule = z
  .strictObject({ metric: metricId, worseThan: z.number(), ...cap })
  .refine(isCapped, CAP_NEEDED);

const latencyRule = z.strictObject({
  phase: timedPhase.default('predict'),
  /** Candidate over baseline. */
  maximumRatio: ratio,
  /**
   * Processes of each side (even, since the order is A B B A), and what each does at least: warm-up predictions (at most
   * 5 of models slower than a second), then passes over so many images. docs/timing.md says what it takes to be sealed.
   */
  measure: z
    .strictObject({
      processes: z.int().min(2).max(200).multipleOf(2).default(6),
      images: z.int().min(1).max(64).default(4),
      rounds: z.int().min(1).default(6),
      warmup: z.int().min(3).default(20),
    })
    .prefault({}),
});

const memoryRule = z.strictObject({
  maximumRatio: ratio.optional(),
  maximumMegabytes: z.number().positive().optional(),
});

/** What counts as an improvement; one of the list is enough. */
const improvement = z.union([
  z.strictObject({ metric: metricId }),
  z.strictObject({ latency: timedPhase }),
  z.strictObject({ sizeRatio: ratio }),
  z.strictObject({ memoryRatio: ratio }),
]);

export const gateSchema = z
  .strictObject({
    name: z.string().min(1),
    description: z.string().optional(),
    /** Confidence of every one-sided bound, and of the family of claims of regression. */
    level: z.number().gt(0.5).lt(1).default(0.95),
    /** Fewer images decide nothing. */
    minimumImages: z.int().min(2).default(30),
    accuracy: z.array(accuracyRule).default([]),
    floors: z.array(floorRule).default([]),
    slices: z.array(sliceRule).default([]),
    losses: z.array(lossRule).default([]),
    catastrophes: z.array(catastropheRule).default([]),
    latency: latencyRule.optional(),
    memory: memoryRule.optional(),
    size: memoryRule.optional(),
    improve: z.array(improvement).default([]),
  })
  .refine(
    (gate) =>
      [gate.accuracy, gate.floors, gate.slices, gate.losses, gate.catastrophes, gate.improve].some(
        (rules) => rules.length > 0,
      ) || [gate.latency, gate.memory, gate.size].some((rule) => rule !== undefined),
    'the gate asks for nothing; give it at least one rule',
  );

export type Gate = z.output<typeof gateSchema>;
export type Cap = Pick<Gate['losses'][number], 'maximum' | 'maximumShare'>;
export type LatencyRule = NonNullable<Gate['latency']>;

export interface LoadedGate {
  readonly gate: Gate;
  /** Of the file's bytes: a report says by which rules it was decided. */
  readonly sha256: string;
}

/**
 * A gate by the path of its file, or by the name of one that comes with Maskbench (`rollout`).
 *
 * @throws MaskbenchError `data.missing`, or `config.invalid` naming file, line and column.
 */
export async function loadGate(reference: string, cwd: string): Promise<LoadedGate> {
  const own = resolve(cwd, reference);
  const shipped = join(PACKAGE_ROOT, 'configs', 'gates', `${reference}.yaml`);
  const path = !existsSync(own) && /^[\w-]+$/.test(reference) && existsSync(shipped) ? shipped : own;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MaskbenchError('data.missing', 'no such gate', {
      where: path,
      remedy: 'give a YAML file such as configs/gates/rollout.yaml',
      cause,
    });
  });
  return { gate: parseYaml(text, path, gateSchema), sha256: sha256(text) };
}

/** How times are measured: as the latency rule says, or by its defaults for gates that only ask for faster ones. */
export function measureOf({ latency }: Gate): LatencyRule['measure'] {
  return latency?.measure ?? latencyRule.shape.measure.parse(undefined);
}

/** Every metric that a gate's rules are about, each once, in their order. */
export function metricsOfGate(gate: Gate): readonly string[] {
  const improving = gate.improve.flatMap((one) => ('metric' in one ? [one.metric] : []));
  const ruled = [gate.accuracy, gate.floors, gate.slices, gate.losses, gate.catastrophes].flatMap((rules) =>
    rules.map(({ metric }) => metric),
  );
  return [...new Set([...ruled, ...improving])];
}
