import { binomialCdf } from './binomial-distribution.js';
import { percentileEnds } from './bootstrap.js';
import type { Ends } from './ends.js';
import { createRandom, type Draws, type Random } from './random.js';
import { ascending, type Values } from './values.js';

/**
 * Percentile ends of the difference (b - a) of two sides' mean log medians, by the two-stage bootstrap (Davison and
 * Hinkley 1997, section 3.8): processes with replacement, then the times within each. One list of times > 0 a process.
 */
export function hierarchicalEnds(
  a: readonly Values[],
  b: readonly Values[],
  options: Draws & { readonly level: number },
): Ends {
  const random = createRandom(options.seed ?? 0);
  const before = hierarchicalDraws(a, random);
  const after = hierarchicalDraws(b, random);
  const draws = Float64Array.from({ length: options.resamples ?? 10_000 }, () => after() - before());
  return percentileEnds(draws.sort(), options.level);
}

/** Draws of a side's mean log median: processes with replacement, each with the median of a resample of its times. */
function hierarchicalDraws(processes: readonly Values[], random: Random): () => number {
  const drawMedian = processes.map((times) => medianDraws(ascending(times), random));
  return () => {
    let sum = 0;
    for (let i = 0; i < drawMedian.length; i++)
      sum += Math.log(drawMedian[random.below(drawMedian.length)]());
    return sum / drawMedian.length;
  };
}

/**
 * Draws of the median of a resample of sorted values with one random number each: the middle rank of m uniform draws
 * from 0..m-1 is at most j when at least half of them are, which is a binomial probability. For an even m one of the
 * two middle ranks, in turn by chance, stands for their mean.
 */
function medianDraws(sorted: Float64Array, random: Random): () => number {
  const m = sorted.length;
  const table = (rank: number): Float64Array =>
    Float64Array.from({ length: m }, (_, j) => 1 - binomialCdf(rank - 1, m, (j + 1) / m));
  const lower = table(Math.ceil(m / 2));
  const upper = m % 2 === 0 ? table(m / 2 + 1) : lower;
  return () => {
    const cumulative = random.below(2) === 0 ? lower : upper;
    const u = random.uniform();
    let a = 0;
    let b = m - 1;
    while (a < b) {
      const middle = (a + b) >> 1;
      if (cumulative[middle] > u) b = middle;
      else a = middle + 1;
    }
    return sorted[a];
  };
}
