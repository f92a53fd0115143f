import { z } from 'zod';
import { SCHEMA_VERSION, TIMED_PHASES, type Summary } from './summary.js';
import { agree } from './agree.js';
import { count, failure, figure, intervalMethod, metricMean, orNull, text, thresholdCost } from './basics.js';
import { protocolSummary } from './protocol-summary.js';
import { scenario } from './scenario-schema.js';
import { gpu, phase, processor, seal, slowness, timingPass } from './timing-schema.js';

const device = z.object({
  request: text.describe('As asked for, e.g. cpu or cuda:0.'),
  cpu: text,
  cores: count,
  memoryBytes: figure,
  os: text,
  software: z.record(text, text),
  gpu: z.exactOptional(gpu),
  processor: z.exactOptional(processor),
  price: z.exactOptional(z.object({ perHour: figure, currency: text })),
});

const metric = z.object({
  id: text,
  name: text,
  protocol: text,
  better: z.enum(['higher', 'lower']),
  range: z.tuple([orNull(figure), orNull(figure)]).describe('Inclusive bounds; null is unbounded.'),
});

const model = z.object({
  name: text,
  title: text,
  sha256: text,
  bytes: count,
  licence: orNull(text),
  trainedOn: z.array(text),
  selectedOn: z.exactOptional(z.array(text)),
  timing: orNull(
    z.object({
      loadMs: figure,
      firstInferenceMs: figure,
      warmup: count,
      threads: count,
      peakRssBytes: orNull(figure),
      inferenceAlone: z
        .exactOptional(phase)
        .describe('The same inferences in a bare loop; of models that are fast.'),
      measuredElsewhere: z.exactOptional(z.boolean()),
      pass: z.exactOptional(timingPass),
    }),
  ).describe('Null where the model was not, or could not be, timed.'),
});

const dataset = z.object({
  name: text,
  title: text,
  fingerprint: text,
  samples: count,
  problems: count,
  tags: z.array(text),
});

const accuracyRow = z.object({
  model: text,
  dataset: orNull(text).describe('Null: the plain mean of the datasets\u2019 means.'),
  scored: count,
  failed: count,
  leaked: z.array(text).describe('Not empty: the model was trained on pictures of the dataset.'),
  metrics: z.record(text, metricMean).describe('By metric id.'),
});

const timingRow = z.object({
  model: text,
  dataset: orNull(text),
  images: count,
  n: count,
  outliers: z.exactOptional(count),
  phases: z.record(z.enum(TIMED_PHASES), phase),
  networks: z.exactOptional(z.object({ encoder: phase, decoder: phase })),
  seal: z.exactOptional(seal),
});

const cell = { model: text, dataset: text, id: text };

/** What stands in summary.json: the schema behind docs/schema/summary.schema.json, in agreement with `Summary`. */
export const summarySchema = z
  .object({
    schemaVersion: z.number().meta({ const: SCHEMA_VERSION }),
    maskbenchVersion: text,
    name: text,
    createdAt: text.describe('ISO 8601.'),
    device,
    signatures: z.array(text).describe('One a protocol: every convention behind the scores.'),
    aggregation: z
      .exactOptional(z.object({ mean: z.array(text), pooled: z.array(text) }))
      .describe('The signatures of the means in accuracy, and of the figures pooled beside them.'),
    metrics: z.exactOptional(z.array(metric)),
    protocols: z.exactOptional(z.array(protocolSummary)),
    models: z.array(model),
    datasets: z.array(dataset),
    cells: z.object({ planned: count, scored: count, failed: count }),
    failures: z
      .array(z.object({ ...cell, failure }))
      .describe('The first thousand failed cells; model is * where the cells of all models failed.'),
    accuracy: z.array(accuracyRow),
    intervals: z.exactOptional(intervalMethod),
    thresholds: z.exactOptional(
      z.array(z.object({ model: text, dataset: text, images: count, ...thresholdCost })),
    ),
    flips: z.exactOptional(
      z.object({
        verdictIou: figure,
        count,
        images: z.array(z.object({ ...cell, fixedIou: figure, sodIou: figure })),
      }),
    ),
    timing: z.array(timingRow),
    slowness: z.exactOptional(z.array(slowness)),
    scenarios: z.exactOptional(z.array(scenario)),
    published: z
      .array(z.object({ model: text, beside: text, metric: text, on: text, value: figure, source: text }))
      .describe('Figures that somebody else published.'),
  })
  .meta({ title: 'Maskbench summary', description: 'What a run came to: summary.json of a run folder.' });

agree<z.output<typeof summarySchema>, Summary>();
