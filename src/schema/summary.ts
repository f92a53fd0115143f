import { z } from 'zod';
import {
  better,
  caution,
  count,
  failure,
  figure,
  metricValue,
  orNull,
  text,
  undefinedValue,
  type Document,
} from './basics.js';
import { chosenImages } from './chosen-images.js';
import { evidenceSchema } from './evidence.js';
import { pace } from './pace.js';
import { mixedSchema } from './mixed-machines.js';
import { protocolSummary } from './protocol-summary.js';
import { scenario } from './scenario-summary.js';
import { serviceSummary } from './service-summary.js';
import { sealSchema } from './seal.js';
import { modelTiming, phase, slowness, timedPhase, timeScope } from './timing-summary.js';
import { gpu, processor, provider } from './hardware.js';

/** Version of summary.json and of the record files beside it; a reader refuses another one. */
export const SCHEMA_VERSION = 1;

const device = z.object({
  request: text.describe('As asked for, e.g. cpu or cuda:0.'),
  cpu: text,
  cores: count,
  memoryBytes: figure,
  os: text,
  software: z.record(text, text),
  gpu: z.exactOptional(gpu).describe('The card behind the device, where its driver tells.'),
  devices: z
    .exactOptional(
      z.array(
        z.object({
          device: text,
          gpu: z.exactOptional(gpu),
          cells: count.describe('That were predicted on it.'),
        }),
      ),
    )
    .describe('Of a run on several devices; its times are those of the first one.'),
  provider: z.exactOptional(provider),
  processor: z.exactOptional(processor),
  price: z
    .exactOptional(
      z.object({
        perHour: z.exactOptional(figure).describe('Of an hour of this device.'),
        perKWh: z.exactOptional(figure).describe('Of a kilowatt-hour.'),
        currency: text,
      }),
    )
    .describe('As the config says.'),
});
export type DeviceSummary = Document<typeof device>;

const metric = z.object({
  id: text.describe('E.g. iou, sod.wf, cutout.halo.'),
  name: text,
  protocol: text,
  better,
  range: z.tuple([orNull(figure), orNull(figure)]).describe('Inclusive bounds; null is unbounded.'),
});
/** As much of a metric as reports need to know. */
export type MetricSummary = Document<typeof metric>;

const model = z.object({
  name: text,
  title: text,
  sha256: text,
  version: z.exactOptional(text).describe('As a program told it when the run was planned.'),
  bytes: count,
  licence: orNull(text),
  trainedOn: z.array(text),
  selectedOn: z
    .exactOptional(z.array(text))
    .describe('Tags of the sets by whose scores the checkpoint was chosen.'),
  service: z.exactOptional(serviceSummary).describe('Of a model that is a service.'),
  timing: orNull(modelTiming).describe('Null where the model was not, or could not be, timed.'),
});
export type ModelSummary = Document<typeof model>;

const dataset = z.object({
  name: text,
  title: text,
  fingerprint: text,
  samples: count,
  problems: count,
  tags: z.array(text),
  chosen: z.exactOptional(chosenImages),
});

const cell = { model: text, dataset: text, id: text };

const cellFailure = z.object({ ...cell, failure });
/** `model` is `*` where every model's cell failed, as for a file of the dataset that is no usable pair. */
export type CellFailure = Document<typeof cellFailure>;

const interval = z
  .union([z.tuple([figure, figure]), undefinedValue])
  .describe('Lower and upper end, over images, or why there is none.');
export type Interval = Document<typeof interval>;

export const metricMean = z
  .object({
    mean: orNull(figure).describe(
      'Over the images where the metric is defined; null where it is defined nowhere.',
    ),
    n: count.describe('Images where it is defined.'),
    units: z
      .exactOptional(count)
      .describe(
        'Independent units of these images, where the dataset names some: the mean is that of the units\u2019 means, and the interval is over them.',
      ),
    undefined: count.describe('Images that are scored and where the metric is undefined.'),
    interval: z.exactOptional(interval),
    caution: z.exactOptional(caution),
    pooled: z
      .exactOptional(metricValue)
      .describe('The score of the counts of all images together; for scores of counts, of one dataset.'),
    pooledInterval: z.exactOptional(interval),
    pooledCaution: z.exactOptional(caution),
  })
  .meta({ id: 'MetricMean' });
export type MetricMean = Document<typeof metricMean>;

const meanOf = {
  model: text,
  dataset: orNull(text).describe('Null: the plain mean of the datasets\u2019 means.'),
};

const accuracyRow = z.object({
  ...meanOf,
  scored: count,
  failed: count,
  leaked: z
    .array(text)
    .describe(
      'Tags that the model was trained on and the dataset has pictures of; not empty means: not held out.',
    ),
  metrics: z.record(text, metricMean).describe('By metric id.'),
});
export type AccuracyRow = Document<typeof accuracyRow>;

export const intervalMethod = z
  .object({
    level: figure.describe('Confidence, e.g. 0.95.'),
    resamples: count,
    seed: count,
    mean: text.describe('Of means of one dataset, in words.'),
    meanOfDatasets: text,
    pooled: text,
  })
  .meta({ id: 'IntervalMethod', description: 'How the intervals were made.' });
export type IntervalMethodSummary = Document<typeof intervalMethod>;

const thresholdPoint = z.object({ threshold: count, iou: figure });

/** Mean IoU at the threshold in use and at the best single one. */
export const thresholdCost = {
  used: thresholdPoint,
  best: thresholdPoint,
  cost: figure.describe('best.iou less used.iou, >= 0: what the threshold in use costs.'),
};
const thresholdRow = z.object({ model: text, dataset: text, images: count, ...thresholdCost });
export type ThresholdRow = Document<typeof thresholdRow>;

/** The two IoUs of an image that is right by one protocol and wrong by the other. */
export const flipOf = {
  fixedIou: figure.describe('Of the matte as it is, at the threshold.'),
  sodIou: figure.describe('Of the stretched prediction where it is > 0.5 (sod.bin_iou).'),
};
const flip = z.object({ ...cell, ...flipOf });
export type Flip = Document<typeof flip>;

export const flipCount = {
  verdictIou: figure.describe('A mask counts as right at this IoU or more.'),
  count: count.describe('Of all images; at most a thousand are listed.'),
};
const flips = z
  .object({ ...flipCount, images: z.array(flip) })
  .describe('Images whose verdict depends on the protocol; where fixed and sod are both scored.');
export type FlipSummary = Document<typeof flips>;

const timingRow = z.object({
  ...meanOf,
  scope: z.exactOptional(timeScope),
  images: count,
  n: count,
  outliers: z
    .exactOptional(count)
    .describe('Predictions beyond Tukey\u2019s fences; they count like all others.'),
  phases: z.record(timedPhase, phase),
  networks: z
    .exactOptional(z.object({ encoder: phase, decoder: phase }))
    .describe('Where two networks take part in the inference (SAM): what each of them takes of it.'),
  seal: z.exactOptional(sealSchema).describe('Whether the figures are valid; absent: nobody looked.'),
});
export type TimingRow = Document<typeof timingRow>;

const published = z.object({
  model: text,
  beside: text.describe('Which of our models it stands beside.'),
  datasets: z
    .exactOptional(z.array(text))
    .describe('Names of the datasets that it is of; without, it is compared with nothing.'),
  metric: text,
  on: text.describe('What it was measured on, in the source\u2019s words.'),
  value: figure,
  source: text,
});
/** A figure that somebody else published for the same network, never one of ours. */
export type PublishedFigure = Document<typeof published>;

const outputWarning = z
  .object({
    model: text,
    kind: z
      .enum(['constant-mattes', 'raw-values'])
      .describe(
        'Mattes that are the same everywhere; raw values of a network that are not what its spec reads.',
      ),
    images: count.describe('Of how many mattes it is true.'),
    of: count.describe('Mattes that were looked at.'),
    message: text.describe('What was found, and the likely mend.'),
  })
  .meta({
    id: 'OutputWarning',
    description: 'Found over all mattes of a run; it changes no score, and says that they may mean little.',
  });
export type OutputWarning = Document<typeof outputWarning>;

export const summarySchema = z
  .object({
    schemaVersion: z.number().meta({ const: SCHEMA_VERSION }),
    maskbenchVersion: text,
    name: text,
    createdAt: text.describe('ISO 8601.'),
    device,
    signatures: z
      .array(text)
      .describe('One per protocol: every convention behind the scores (docs/metrics.md).'),
    aggregation: z
      .exactOptional(z.object({ mean: z.array(text), pooled: z.array(text) }))
      .describe('The signatures of the means in accuracy, and of the figures pooled beside them.'),
    metrics: z
      .exactOptional(z.array(metric))
      .describe('What is scored, in order: what the ids in accuracy stand for.'),
    protocols: z
      .exactOptional(z.array(protocolSummary))
      .describe('By what it is scored, in the order of the registry, and how that is shown.'),
    models: z.array(model),
    datasets: z.array(dataset),
    cells: z.object({ planned: count, scored: count, failed: count }),
    failures: z
      .array(cellFailure)
      .describe(
        'The first thousand failed cells in plan order; cells.failed counts all. model is * where the cells of all models failed.',
      ),
    warnings: z.exactOptional(z.array(outputWarning)),
    mixed: z
      .exactOptional(mixedSchema)
      .describe('Of a run that was merged from machines that differ: in what.'),
    accuracy: z.array(accuracyRow),
    intervals: z.exactOptional(intervalMethod),
    thresholds: z
      .exactOptional(z.array(thresholdRow))
      .describe('The threshold in use against the best one, per model and dataset; where fixed is scored.'),
    flips: z.exactOptional(flips),
    timing: z.array(timingRow),
    slowness: z
      .exactOptional(z.array(slowness))
      .describe('Of every model that was timed on several datasets.'),
    otherKinds: z
      .exactOptional(
        z.array(
          z.object({
            device: text,
            on: z
              .exactOptional(device)
              .describe(
                'Of a run that was merged from a plan: a machine of another kind than those of its cells.',
              ),
            models: z.array(z.object({ name: text, timing: orNull(modelTiming) })),
            timing: z.array(timingRow),
            slowness: z.exactOptional(z.array(slowness)),
          }),
        ),
      )
      .describe('The times on every kind of device of a run but the first one.'),
    scenarios: z
      .exactOptional(z.array(scenario))
      .describe('Offline, server and sweep, where the config asks for them.'),
    published: z.array(published).describe('Figures that somebody else published.'),
    pace: z.exactOptional(pace).describe('How the accuracy pass went, of a run that predicted by itself.'),
    evidence: z
      .exactOptional(evidenceSchema)
      .describe('In what is printed; summary.json, which the seal covers, has none.'),
  })
  .meta({ title: 'Maskbench summary', description: 'What a run came to: summary.json of a run folder.' });

/** What a run came to: the only input of the reports. */
export type Summary = Document<typeof summarySchema>;
