import { z } from 'zod';
import { count, failure, figure, orNull, text } from './basics.js';

const batch = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('measured'),
    batch: count,
    images: count,
    perSecond: figure,
    inferencePerSecond: figure,
    peakRssBytes: orNull(figure),
  }),
  z.object({ kind: z.literal('failed'), batch: count, failure }),
]);

const trial = z.object({
  perSecond: figure,
  n: count,
  p50Ms: figure,
  percentileMs: figure,
  maxMs: figure,
  withinBound: figure,
  held: z.boolean(),
});

const setting = z.object({
  setting: text,
  p50Ms: figure,
  perSecond: figure,
  cpuMsEach: figure,
  loadMs: figure,
  peakRssBytes: orNull(figure),
});

/** A `ScenarioSummary`. */
export const scenario = z
  .discriminatedUnion('kind', [
    z.object({ model: text, kind: z.literal('offline'), batches: z.array(batch) }),
    z.object({
      model: text,
      kind: z.literal('server'),
      percentile: text,
      boundMs: figure,
      seed: count,
      trials: z.array(trial),
      sustainedPerSecond: orNull(figure),
    }),
    z.object({ model: text, kind: z.literal('sweep'), settings: z.array(setting) }),
    z.object({ model: text, kind: z.literal('failed'), scenario: text, failure }),
  ])
  .meta({ id: 'Scenario' });
