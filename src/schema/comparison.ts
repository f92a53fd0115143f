import { z } from 'zod';
import { better, caution, count, figure, orNull, text, type Document } from './basics.js';
import { evidenceSchema } from './evidence.js';
import { energyRatio, remeasuredEnergy } from './energy.js';
import { sealPart } from './seal.js';
import { timedPhase, timeScope } from './timing-summary.js';

/** Version of what `compare --format json` and `check --json` print. */
export const COMPARISON_VERSION = 1;

const side = z.object({
  label: text.describe('As the user named it: a folder or a baseline.'),
  kind: z.enum(['run', 'baseline', 'generated']),
  name: text,
  createdAt: text.describe('ISO 8601.'),
  maskbenchVersion: text,
  device: text,
  cpu: text,
  evidence: z
    .exactOptional(evidenceSchema)
    .describe('Of a run, or of the one that a baseline was made of; absent for generated data.'),
  digest: z
    .exactOptional(text)
    .describe(
      'The root of a run\u2019s seal, or the SHA-256 of baseline.json; absent where nothing was sealed.',
    ),
});
export type ComparedSide = Document<typeof side>;

const difference = z
  .object({
    subject: z.enum([
      'signature',
      'feeding',
      'runner',
      'device',
      'dataset',
      'images',
      'units',
      'failed-cells',
    ]),
    message: text,
  })
  .describe('Something that makes two runs incomparable.');
export type Difference = Document<typeof difference>;

const model = z.object({ name: text, sha256: text, bytes: count });

const bound = orNull(figure).describe('Null where there is no interval.');
const p = orNull(figure).describe('Two-sided sign-flip p; null where nothing differs.');

const gain = z
  .object({
    mean: figure,
    lower: bound,
    upper: bound,
    level: figure,
    method: text.describe('How the interval was made (docs/statistics.md).'),
    caution: orNull(caution),
  })
  .meta({
    id: 'Gain',
    description: 'A mean of paired gains, positive is better, with a two-sided interval of the given level.',
  });
export type GainEstimate = Document<typeof gain>;

const metric = z.object({
  metric: text,
  title: text,
  better,
  dataset: orNull(text).describe(
    'Null: the mean of the datasets\u2019 means, every dataset weighing the same.',
  ),
  n: count.describe('Images where the metric is defined on both sides; the figures below are of these.'),
  units: z
    .exactOptional(count)
    .describe(
      'Independent units of these images, where a dataset names some: what means, interval and p count.',
    ),
  undefinedBaseline: count.describe('Images where it is undefined for this side only.'),
  undefinedCandidate: count.describe('Images where it is undefined for this side only.'),
  baseline: orNull(figure),
  candidate: orNull(figure),
  gain: orNull(gain),
  p,
  adjusted: orNull(figure).describe('p after Holm over all rows of the pair.'),
  wins: count,
  ties: count,
  losses: count,
  dz: orNull(figure).describe('Mean gain in standard deviations of the gains; of one dataset.'),
  rankBiserial: orNull(figure).describe('Matched-pairs rank-biserial correlation; of one dataset.'),
});
export type MetricComparison = Document<typeof metric>;

const slice = z.object({
  attribute: text,
  value: text,
  n: count,
  units: z.exactOptional(count).describe('Independent units of these images: what the figures count.'),
  baseline: figure,
  candidate: figure,
  gain,
  p,
  adjusted: orNull(figure).describe('p after the correction.'),
});
export type SliceComparison = Document<typeof slice>;

const slices = z
  .object({
    metric: text,
    correction: z.literal('benjamini-hochberg'),
    minimum: count.describe('Slices with fewer images are information only: no interval, no p.'),
    rows: z.array(slice),
  })
  .describe('One metric by the values of the datasets\u2019 attributes.');
export type SliceComparisons = Document<typeof slices>;

export const movedImage = z.object({
  dataset: text,
  id: text,
  baseline: figure,
  candidate: figure,
  gain: figure.describe('Positive is better.'),
});
export type MovedImage = Document<typeof movedImage>;

const moved = z
  .object({ metric: text, losses: z.array(movedImage), gains: z.array(movedImage) })
  .describe('The images whose score moved most, the farthest first.');

const phaseRatio = z
  .object({
    phase: timedPhase,
    baselineMs: figure.describe(
      'The geometric mean over images of their median times; of times measured for the comparison, the geometric mean over processes of that.',
    ),
    candidateMs: figure,
    ratio: figure,
    lower: bound,
    upper: bound,
    level: figure,
  })
  .describe('Candidate over baseline: 1.1 is ten percent slower. With a two-sided interval.');
export type PhaseRatio = Document<typeof phaseRatio>;

const remeasuredPhase = phaseRatio.extend({
  processesMs: z
    .object({ baseline: z.array(figure), candidate: z.array(figure) })
    .describe(
      'Of every process, in the order of the measurement: the geometric mean over images of their median milliseconds.',
    ),
  mostSlowed: z
    .exactOptional(
      z.object({
        image: text.describe('Dataset and id.'),
        images: count.describe('So many were timed.'),
        ratio: figure,
        lower: bound.describe(
          'The highest lower bound of any image, each at the level divided by the number of images (Bonferroni).',
        ),
        upper: bound.describe('The highest upper bound of any image, each at the level itself.'),
      }),
    )
    .describe(
      'The image whose time grew most: ratio of the geometric means over processes of its median times. Absent where a phase took no measurable time.',
    ),
});
export type RemeasuredPhase = Document<typeof remeasuredPhase>;

const machine = z
  .object({
    cpu: text,
    cores: count,
    loadBefore: figure.describe('Load average over a minute.'),
    loadAfter: figure,
    foreignCpu: orNull(figure).describe(
      'Share of the processors\u2019 time that other processes used, 0..1; null where the system does not tell.',
    ),
  })
  .describe('What the machine did while times were taken.');
export type MachineConditions = Document<typeof machine>;

const round = z.object({
  purpose: z
    .enum(['measurement', 'confirmation'])
    .describe('The second round, if any, is the one declared confirmation.'),
  processes: z.tuple([count, count]).describe('Of the baseline and of the candidate.'),
  repeated: count.describe('Processes that were disturbed and measured once more; the second try stands.'),
  inferencesEach: count.describe('Timed predictions of every process, at least.'),
  phases: z.array(remeasuredPhase),
  energy: z.exactOptional(remeasuredEnergy).describe('Of one prediction; absent where nobody counted.'),
  seal: z
    .array(sealPart)
    .describe('Held by all processes or not; times decide nothing without all of the parts.'),
  conditions: machine,
});
export type RemeasuredRound = Document<typeof round>;

const latency = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('none'), reason: text }),
    z
      .object({
        kind: z.literal('stored'),
        scope: z.exactOptional(timeScope),
        images: count,
        phases: z.array(phaseRatio),
        energy: z.exactOptional(energyRatio).describe('Where both sides know it, by one kind of counter.'),
        caveats: z.array(text),
      })
      .describe(
        'From the timing passes of the two runs: one process per side, at different times. Never enough for a gate.',
      ),
    z
      .object({
        kind: z.literal('remeasured'),
        scope: z.exactOptional(timeScope),
        rounds: z.array(round),
      })
      .describe('Measured for this comparison: fresh processes in the order A B B A.'),
  ])
  .describe('Where the ratios of times come from, and what they are worth.');
export type LatencyComparison = Document<typeof latency>;

const pair = z
  .object({
    baseline: model,
    candidate: model,
    leaked: z
      .array(z.object({ dataset: text, tags: z.array(text) }))
      .describe('Datasets with pictures that either model was trained on.'),
    metrics: z.array(metric),
    slices: orNull(slices),
    moved: orNull(moved),
    latency,
    peakRssBytes: orNull(z.object({ baseline: figure, candidate: figure })).describe(
      'Peak resident memory of the timing process; null where it is unknown or not comparable.',
    ),
  })
  .describe('One model of the baseline against one of the candidate, image by image.');
export type PairComparison = Document<typeof pair>;

export const comparisonSchema = z
  .object({
    schemaVersion: z.number().meta({ const: COMPARISON_VERSION }),
    baseline: side,
    candidate: side,
    signatures: z
      .array(text)
      .describe('Of the protocols that both sides were scored by, under equal conventions.'),
    forced: z
      .array(difference)
      .describe('Differences that forbid the comparison and were overridden; not empty marks every report.'),
    remarks: z
      .array(text)
      .describe(
        'What is worth knowing, and forbids nothing: another processor, other versions, models fed differently.',
      ),
    pairs: z.array(pair),
  })
  .meta({
    id: 'Comparison',
    title: 'Maskbench comparison',
    description: 'Two runs compared with each other: what "maskbench compare --format json" prints.',
  });

/** Two runs compared with each other: the only input of the comparison reports. Plain data, no random or clock in it. */
export type Comparison = Document<typeof comparisonSchema>;
