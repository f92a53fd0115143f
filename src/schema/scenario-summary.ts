import { z } from 'zod';
import { count, failure, figure, orNull, text, type Document } from './basics.js';

/** How many images per second come out with so many in one inference. */
const batch = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('measured'),
    batch: count,
    images: count,
    /** Over the whole prediction, pre- and postprocessing included, and over inference alone. */
    perSecond: figure,
    inferencePerSecond: figure,
    peakRssBytes: orNull(figure),
  }),
  z.object({ kind: z.literal('failed'), batch: count, failure }),
]);
export type BatchSummary = Document<typeof batch>;

/** What a rate of requests did to their latency, counted from the moment that each was due. */
const trial = z.object({
  perSecond: figure,
  n: count,
  p50Ms: figure,
  /** The percentile of the demand. */
  percentileMs: figure,
  maxMs: figure,
  /** Share of the requests answered within the bound. */
  withinBound: figure,
  held: z.boolean(),
});

const server = z.object({
  kind: z.literal('server'),
  percentile: text.describe('E.g. p99: what must not exceed boundMs.'),
  boundMs: figure,
  seed: count,
  /** In the order in which they were made. */
  trials: z.array(trial),
  sustainedPerSecond: orNull(figure).describe('Requests a second; null if no trial held.'),
});
export type ServerSummary = Document<typeof server>;

const setting = z
  .object({
    setting: text,
    p50Ms: figure,
    perSecond: figure,
    cpuMsEach: figure,
    loadMs: figure,
    peakRssBytes: orNull(figure),
  })
  .describe('One combination of settings; they took turns, so that they can be compared with each other.');
export type SweepSummary = Document<typeof setting>;

const model = { model: text };

export const scenario = z
  .discriminatedUnion('kind', [
    z.object({ ...model, kind: z.literal('offline'), batches: z.array(batch) }),
    server.extend(model),
    z.object({ ...model, kind: z.literal('sweep'), settings: z.array(setting) }),
    z.object({ ...model, kind: z.literal('failed'), scenario: text, failure }),
  ])
  .meta({ id: 'Scenario', description: 'What one scenario came to for one model.' });
export type ScenarioSummary = Document<typeof scenario>;
