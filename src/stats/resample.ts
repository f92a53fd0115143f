import { isConstant } from './moments.js';
import { createRandom, type Random, type Seed } from './random.js';
import { resampleByTail } from './resample-large.js';
import { meanOf, requireWhole, type Values } from './values.js';

/** What resampling with replacement makes of the mean, one number a resample. */
export interface MeanReplicates {
  /** Ascending. */
  readonly means: Float64Array;
  /** (resample's mean - mean) / resample's standard error; infinite where a resample has no spread. In any order. */
  readonly t: Float64Array;
}

/** Above this many values the bulk of each resample is drawn as a sum; see `resampleByTail`. */
export const LARGE_SAMPLE = 4096;

/** Draws that are kept at most, 4 bytes each. */
const MOST_KEPT = 1 << 20;

/** All draws of the latest resampling by a seed: the metrics of a table have one seed and, mostly, as many values. */
let kept: { readonly key: string; readonly draws: Uint32Array } | undefined;

function keptDraws(n: number, resamples: number, seed: Seed): Uint32Array {
  const key = `${n} ${resamples} ${seed}`;
  if (kept?.key !== key) {
    const draws = new Uint32Array(n * resamples);
    createRandom(seed).fillBelow(draws, n);
    kept = { key, draws };
  }
  return kept.draws;
}

/**
 * Efron's nonparametric bootstrap of the mean: `resamples` times n draws with replacement, from a stream or by a seed.
 * Values may be tied; at least two, not all equal. Time n x resamples up to `LARGE_SAMPLE` values, constant above.
 */
export function resampleMeans(values: Values, resamples: number, from: Random | Seed): MeanReplicates {
  requireWhole(resamples, 1, 'number of resamples');
  const random = typeof from === 'object' ? from : createRandom(from);
  const n = values.length;
  const mean = meanOf(values);
  const means = new Float64Array(resamples);
  const t = new Float64Array(resamples);
  const deviations = Float64Array.from(values, (value) => value - mean);
  const record = (b: number, sum: number, squares: number): void => {
    const shift = sum / n;
    means[b] = mean + shift;
    t[b] = shift / Math.sqrt(spread(squares, shift, n) / (n - 1) / n);
    // 0 / 0: a resample without spread right on the mean
    if (Number.isNaN(t[b])) t[b] = 0;
  };
  if (n > LARGE_SAMPLE && !isConstant(values)) {
    resampleByTail(deviations, resamples, random, record);
  } else {
    const isKept = typeof from !== 'object' && n * resamples <= MOST_KEPT;
    const drawn = isKept ? keptDraws(n, resamples, from) : new Uint32Array(n);
    for (let b = 0; b < resamples; b++) {
      if (!isKept) random.fillBelow(drawn, n);
      const first = isKept ? b * n : 0;
      let sum = 0;
      let squares = 0;
      for (let i = first; i < first + n; i++) {
        const d = deviations[drawn[i]];
        sum += d;
        squares += d * d;
      }
      record(b, sum, squares);
    }
  }
  return { means: means.sort(), t };
}

/** Sum of squared deviations from the resample's own mean; rounding must not turn "no spread" into a tiny one. */
function spread(squares: number, shift: number, n: number): number {
  const left = squares - n * shift * shift;
  return left > 1e-12 * squares ? left : 0;
}
