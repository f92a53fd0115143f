import { z } from 'zod';
import { throwIfCancelled } from '../core/cancelled.js';
import { groupBy } from '../core/group.js';
import { drawnRank, inDrawnOrder } from '../core/hash.js';
import type { MaskbenchError } from '../core/errors.js';
import { unknownName } from '../core/names.js';
import type { DrawnFrom } from '../schema/chosen-images.js';
import { MEASURED_ATTRIBUTES, sameName } from '../schema/measured-attributes.js';
import type { DatasetEntry, Sample } from './dataset.js';

/** What is drawn of every dataset. */
export const sampleSchema = z.strictObject({
  count: z.int().positive().describe('How many images of every dataset; all where it has no more.'),
  seed: z.int().nonnegative().default(1).describe('Another number draws another sample.'),
  by: z
    .string()
    .min(1)
    .optional()
    .describe('An attribute of the images: each of its values gets its share of the sample.'),
});
export type SampleSettings = z.output<typeof sampleSchema>;

/** Which images of a dataset are wanted, where not all: at most one of the two is given. */
export interface ImageChoice {
  /** So many, the first in order of their ids. */
  readonly limit?: number | null | undefined;
  readonly sample?: SampleSettings | undefined;
}

/** The entries of a dataset that are wanted, in the order in which they come; a draw takes them all in first. */
export async function takeImages(
  name: string,
  entries: AsyncIterable<DatasetEntry>,
  { limit = null, sample }: ImageChoice,
  signal: AbortSignal,
): Promise<
  Partial<Omit<DrawnSample, 'entries'>> & {
    readonly entries: DrawnSample['entries'] | AsyncIterable<DatasetEntry>;
  }
> {
  if (sample === undefined) return { entries: firstOf(entries, limit) };
  const listed: DatasetEntry[] = [];
  for await (const entry of entries) {
    throwIfCancelled(signal);
    listed.push(entry);
  }
  return drawSample(name, listed, sample);
}

/** The first `limit` samples, and what is no usable pair before the last of them. */
async function* firstOf(
  entries: AsyncIterable<DatasetEntry>,
  limit: number | null,
): AsyncGenerator<DatasetEntry, void, undefined> {
  let samples = 0;
  for await (const entry of entries) {
    yield entry;
    if (entry.kind === 'sample' && ++samples === limit) return;
  }
}

/** The entries that are taken, in the order in which they come, and what they were drawn from. */
export interface DrawnSample {
  readonly entries: readonly DatasetEntry[];
  readonly drawn: DrawnFrom;
  /** Values that have no image in it, since their share is less than one. */
  readonly tooRare: readonly string[];
}

/**
 * Draws images: the first `count` in the order of a hash of seed and id, so that the same ids and seed give the same sample
 * on every machine, and a larger `count` the same images and more. Drawn by an attribute, each of its values gets its share of `count`,
 * rounded by largest remainders (of equal ones the seed decides), and the first of its images in the same order. Images
 * are drawn, not units. Entries that are no usable pair have no attributes: those before the last image of
 * an undivided sample are in it, so that it holds its share of them.
 *
 * @throws MaskbenchError `config.unknown-name` for an attribute that no image has.
 */
export function drawSample(
  name: string,
  entries: readonly DatasetEntry[],
  { count, seed, by }: SampleSettings,
): DrawnSample {
  const samples = entries.flatMap((entry) => (entry.kind === 'sample' ? [entry.sample] : []));
  const ordered = inDrawnOrder(samples, seed, rankedName);
  const last = ordered.at(count - 1);
  const cut = last === undefined ? undefined : drawnRank(seed, rankedName(last));
  const { taken, ...more } =
    by === undefined ? plain(ordered, count) : byAttribute(name, ordered, { count, seed, by });
  const isTaken = (entry: DatasetEntry): boolean =>
    entry.kind === 'sample'
      ? taken.has(entry.sample)
      : cut === undefined || drawnRank(seed, rankedName(entry.problem)) < cut;
  return { entries: entries.filter(isTaken), ...more };
}

/** Equal on systems that write letters with accents in one form or the other. */
const rankedName = ({ id }: Pick<Sample, 'id'>): string => id.normalize('NFC');

type Taken = Omit<DrawnSample, 'entries'> & { readonly taken: ReadonlySet<Sample> };

function plain(ordered: readonly Sample[], count: number): Taken {
  return { taken: new Set(ordered.slice(0, count)), drawn: { from: ordered.length }, tooRare: [] };
}

function byAttribute(
  name: string,
  ordered: readonly Sample[],
  { count, seed, by }: SampleSettings & { readonly by: string },
): Taken {
  if (ordered.every(({ attributes }) => attributes[by] === undefined)) throw noAttribute(name, by, ordered);
  const strata = [...groupBy(ordered, ({ attributes }) => String(attributes[by] ?? WITHOUT))];
  const shares = allocate(
    count,
    inDrawnOrder(strata, seed, ([value]) => value).map(([value, of]) => ({ value, size: of.length })),
  );
  const tooRare = strata.flatMap(([value]) => (shares.get(value) === 0 ? [value] : [])).sort();
  return {
    taken: new Set(strata.flatMap(([value, of]) => of.slice(0, shares.get(value)))),
    drawn: { from: ordered.length, strata: { values: strata.length, without: tooRare.length } },
    tooRare,
  };
}

/** Images of which the attribute is not known are a value of their own. */
const WITHOUT = '(none)';

/** How many of each value: its exact share rounded down, and one more where most was cut off, until all are given. */
function allocate(
  count: number,
  strata: readonly { readonly value: string; readonly size: number }[],
): ReadonlyMap<string, number> {
  const all = strata.reduce((sum, { size }) => sum + size, 0);
  const given = Math.min(count, all);
  const parts = strata.map(({ value, size }) => ({
    value,
    whole: Math.floor((given * size) / all),
    rest: (given * size) % all,
  }));
  const left = given - parts.reduce((sum, { whole }) => sum + whole, 0);
  const order = parts.toSorted((a, b) => b.rest - a.rest);
  return new Map(order.map(({ value, whole }, place) => [value, whole + Number(place < left)]));
}

function noAttribute(name: string, by: string, samples: readonly Sample[]): MaskbenchError {
  const names = [...new Set(samples.flatMap(({ attributes }) => Object.keys(attributes)))].sort();
  const known = names.length === 0 ? 'none' : names.join(', ');
  const isMeasured = MEASURED_ATTRIBUTES.some((measured) => sameName(measured, by));
  const more = isMeasured ? { otherwise: `it is measured after the draw; known before: ${known}` } : {};
  return unknownName(`the images of "${name}" have no attribute`, by, names, more);
}
