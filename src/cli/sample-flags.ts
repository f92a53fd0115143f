import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { SampleSettings } from '../datasets/draw-sample.js';
import { count } from './arguments.js';
import { assertMeant } from './meant-flags.js';

export const limitFlag = () =>
  new Option(
    '--limit <n>',
    'only the first n images of every dataset in order of their names, which is no random sample',
  ).argParser(count);

export const sampleFlag = () =>
  new Option('--sample <n>', 'n images of every dataset, drawn at random')
    .argParser(count)
    .conflicts('limit');

export const seedFlag = () =>
  new Option('--seed <n>', 'for --sample: what the draw follows from (default: 1)').argParser(wholeFromZero);

export const sampleByFlag = () =>
  new Option('--sample-by <attribute>', 'for --sample: each value of the attribute gets its share');

export interface SampleFlags {
  readonly limit?: number | undefined;
  readonly sample?: number | undefined;
  readonly seed?: number | undefined;
  readonly sampleBy?: string | undefined;
}

/** Which images are taken; at most one of the two. */
interface Taken {
  readonly limit?: number | undefined;
  readonly sample?: SampleSettings | undefined;
}

/**
 * Which images are taken: as a config says, but for what flags say.
 *
 * @throws MaskbenchError `usage` for flags of a sample where none is drawn.
 */
export function takenImages({ limit, sample, seed, sampleBy }: SampleFlags, configured: Taken = {}): Taken {
  const of = limit === undefined ? configured.sample : undefined;
  const meaning = [sample !== undefined || of !== undefined, 'a drawn sample', 'add --sample'] as const;
  assertMeant({ seed, sampleBy }, { seed: meaning, sampleBy: meaning });
  if (limit !== undefined) return { limit };
  const size = sample ?? of?.count;
  if (size === undefined) return { limit: configured.limit };
  const by = sampleBy ?? of?.by;
  return { sample: { count: size, seed: seed ?? of?.seed ?? 1, ...(by === undefined ? {} : { by }) } };
}

function wholeFromZero(text: string): number {
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) throw new InvalidArgumentError('expected a whole number from 0.');
  return Number(text);
}
