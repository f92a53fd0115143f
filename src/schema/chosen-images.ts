import { z } from 'zod';
import { counted } from '../core/text.js';
import { count, text, type Document } from './basics.js';

/** What a sample was drawn from. */
export const drawnFrom = z.object({
  from: count.describe('Images that the dataset has.'),
  strata: z
    .exactOptional(z.object({ values: count, without: count }))
    .describe('Values of the attribute that it is drawn by, and how many of them are too rare for an image.'),
});
export type DrawnFrom = Document<typeof drawnFrom>;

const chosenWays = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('first'), limit: count }),
  drawnFrom.extend({ kind: z.literal('drawn'), count, seed: count, by: z.exactOptional(text) }),
]);
export const chosenImages = chosenWays.describe(
  'Which images of the dataset were taken, where not simply all: the first in order of their names, or a drawn sample.',
);
export type ChosenImages = Document<typeof chosenWays>;

type Draw = { readonly kind: 'drawn'; readonly count: number } & Parameters<typeof drawText>[0];

/** `the first 20 images in order of their names`, `200 images drawn with seed 1, by category`. */
export function chosenText(chosen: Extract<ChosenImages, { kind: 'first' }> | Draw, of = ''): string {
  if (chosen.kind === 'first')
    return `the first ${counted(chosen.limit, 'image')}${of} in order of their names`;
  return `${counted(chosen.count, 'image')}${of} ${drawText(chosen)}`;
}

/** `drawn with seed 1, by category`. */
export function drawText({ seed, by }: { readonly seed: number; readonly by?: string | undefined }): string {
  return `drawn with seed ${seed}${by === undefined ? '' : `, by ${by}`}`;
}

/** How many images were drawn of how many: `200 of the 5,470 images`. */
export function drawnOf({ count: asked, from }: Extract<ChosenImages, { kind: 'drawn' }>): string {
  return from <= asked
    ? `all ${counted(from, 'image')}`
    : `${asked.toLocaleString('en-US')} of the ${counted(from, 'image')}`;
}
