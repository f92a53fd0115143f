import { z } from 'zod';
import { figure, orNull, text, type Document } from './basics.js';

/** Where energy is known from: a counter of the card, one of the processors, or, without any, the power that was read now and then. */
const ENERGY_SOURCES = ['nvml', 'rapl', 'power-samples'] as const;
export type EnergySource = (typeof ENERGY_SOURCES)[number];

const source = {
  by: z
    .enum(ENERGY_SOURCES)
    .describe(
      'nvml: the card\u2019s own counter; rapl: the processors\u2019; power-samples: no counter, but the mean of the power that was read five times a second, times the time.',
    ),
  of: text.describe(
    'All whose energy it is, e.g. "the card" or "2 packages of processors and their memory".',
  ),
};
const idleW = orNull(figure).describe(
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
    idleW,
  }),
  notKnown,
]);
export type EnergyRecord = Document<typeof energyRecord>;

export const energy = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('measured'),
      ...source,
      joulesEach: figure.describe('Of one prediction: all joules over all recorded predictions.'),
      watts: figure.describe('Over the same time.'),
      idleW,
    }),
    notKnown,
  ])
  .describe(
    'Energy of the whole device while this model was recorded, its share for one prediction after another; whatever else the device did meanwhile is in it.',
  );
export type EnergySummary = Document<typeof energy>;
