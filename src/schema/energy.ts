import { z } from 'zod';
import { figure, orNull, text, type Document } from './basics.js';

/** Where energy is known from: a counter of the card, one of the processors, or, without any, the power that was read now and then. */
const ENERGY_SOURCES = ['nvml', 'rapl', 'power-samples'] as const;
export type EnergySource = (typeof ENERGY_SOURCES)[number];

const energySource = z.enum(ENERGY_SOURCES);
const source = {
  by: energySource.describe(
    'nvml: the card\u2019s own counter; rapl: the processors\u2019; power-samples: no counter, but the mean of the power that was read five times a second, times the time.',
  ),
  of: text.describe(
    'All whose energy it is, e.g. "the card" or "2 packages of processors and their memory".',
  ),
};
const idleWatts = orNull(figure).describe(
  'Watts of the same while nothing of ours ran, before the first model; not subtracted from anything. Null where it was not known.',
);
const notKnown = z.object({ kind: z.literal('not known'), reason: text });

/** Of the recorded stretches of one model's turns, as it is recorded. */
export const energyRecord = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('measured'),
    ...source,
    joules: figure,
    durationMs: figure,
    idleW: idleWatts,
  }),
  notKnown,
]);
export type EnergyRecord = Document<typeof energyRecord>;

export const energySummary = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('measured'),
      ...source,
      joulesEach: figure.describe('Of one prediction: all joules over all recorded predictions.'),
      watts: figure.describe('Over the same time.'),
      idleW: idleWatts,
    }),
    notKnown,
  ])
  .describe(
    'Energy of the whole device while this model was recorded, its share for one prediction after another; whatever else the device did meanwhile is in it.',
  );
export type EnergySummary = Document<typeof energySummary>;

export const energyRatio = z
  .object({
    by: energySource,
    baselineJ: figure.describe('Joules of one prediction; of several processes their geometric mean.'),
    candidateJ: figure,
    ratio: figure,
  })
  .describe('Candidate over baseline: 1.1 takes ten percent more energy.');
export type EnergyRatio = Document<typeof energyRatio>;

/** As it was measured for a comparison: the process is the unit, as it is of times. */
export const remeasuredEnergy = z.discriminatedUnion('kind', [
  energyRatio.extend({
    kind: z.literal('measured'),
    lower: orNull(figure),
    upper: orNull(figure),
    level: figure,
    processesJ: z
      .object({ baseline: z.array(figure), candidate: z.array(figure) })
      .describe('Joules of one prediction in every process, in the order of the measurement.'),
  }),
  notKnown,
]);
export type RemeasuredEnergy = Document<typeof remeasuredEnergy>;

/** Of one prediction: all joules over all that was predicted meanwhile. */
export function summariseEnergy(energy: EnergyRecord, predictions: number): EnergySummary {
  if (energy.kind !== 'measured') return energy;
  const { by, of, joules, durationMs, idleW } = energy;
  const watts = (1000 * joules) / durationMs;
  return { kind: 'measured', by, of, joulesEach: joules / Math.max(1, predictions), watts, idleW };
}
