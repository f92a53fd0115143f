import { z } from 'zod';
import { text, type Document } from './basics.js';

/** What must hold for a latency figure to be sealed, in the order in which reports name it. */
export const SEAL_PARTS = [
  'provider',
  'isolated',
  'warmed',
  'steady',
  'samples',
  'unthrottled',
  'idle',
  'clock',
] as const;
export type SealPartName = (typeof SEAL_PARTS)[number];

const sealPartName = z.enum(SEAL_PARTS);

export const sealPart = z.object({
  name: sealPartName,
  pass: z.boolean().describe('Whether it keeps the seal.'),
  state: z
    .exactOptional(z.enum(['pass', 'fail', 'not known']))
    .describe(
      '"not known": nothing speaks against it, but some of its questions have no answer on this machine. Absent in runs of 0.1.',
    ),
  notKnown: z
    .exactOptional(z.array(text))
    .describe('The questions that this machine has no answer to, e.g. "processor heat".'),
  found: text.describe('In words with figures, e.g. "other processes used 0.4 % of the processors".'),
});
export type SealPart = Document<typeof sealPart>;

export const sealSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('sealed') }),
    z.object({ kind: z.literal('unsealed'), failed: z.array(sealPartName).readonly() }),
  ])
  .meta({ id: 'Seal', description: 'The proof that a latency figure is valid, or the parts that failed.' });
export type Seal = Document<typeof sealSchema>;

/** Sealed if every part is there and holds; a part that was not looked at has failed. */
export function sealOf(parts: readonly SealPart[]): Seal {
  const held = new Set(parts.filter(({ pass }) => pass).map(({ name }) => name));
  const failed = SEAL_PARTS.filter((name) => !held.has(name));
  return failed.length === 0 ? { kind: 'sealed' } : { kind: 'unsealed', failed };
}

/** What was asked for a seal and has no answer on the machine, each question once; the seal may be kept all the same. */
export function notKnownIn(parts: readonly SealPart[]): readonly string[] {
  return [...new Set(parts.flatMap(({ notKnown = [] }) => notKnown))];
}

/** What a figure without any record of its conditions is. */
export const UNCHECKED: Seal = { kind: 'unsealed', failed: SEAL_PARTS };

/** The seal of figures taken together: every part that failed for one of them has failed. */
export function sealOfAll(seals: readonly Seal[]): Seal {
  const failed = SEAL_PARTS.filter((name) =>
    seals.some((seal) => seal.kind === 'unsealed' && seal.failed.includes(name)),
  );
  return seals.length === 0
    ? UNCHECKED
    : failed.length === 0
      ? { kind: 'sealed' }
      : { kind: 'unsealed', failed };
}
