import { bcaEnds } from './bootstrap.js';
import { type Ends, type Limits, widestEnds, within } from './ends.js';
import { cautionFor, type IntervalOutcome } from './interval.js';
import { meanInterval } from './mean-interval.js';
import { isConstant, momentsOf } from './moments.js';
import { createRandom, type Draws, type Random } from './random.js';
import { resampleMeans } from './resample.js';
import { studentQuantile } from './student-distribution.js';
import { meanOf, requireBetween, requireFinite, requireWhole, type Values } from './values.js';

interface DatasetsOptions extends Draws {
  /** `t`: Welch and Satterthwaite alone; `guarded` (default): at each end the wider of it and BCa. */
  readonly method?: 't' | 'guarded' | undefined;
  /** Confidence of the two-sided interval, 0..1 exclusive; default 0.95. */
  readonly level?: number | undefined;
  /** What one value can be; no end lies beyond it. */
  readonly range?: Limits | undefined;
}

/**
 * An interval for the plain mean of several datasets' means, each dataset a sample of its own. The variance of the mean
 * is that of the datasets' means over their number squared; its degrees of freedom are Satterthwaite's (1946), as in
 * Welch's t (1947): sum of v squared over the sum of v^2 / (n - 1), with v the variance of each dataset's mean. The guard
 * is BCa with every dataset resampled by itself, accelerated by the skewness of the whole. With one dataset it is
 * `meanInterval`'s. A dataset without spread adds none: its zero is taken for exact; if there is none with spread,
 * the outcome is `constant`; with a dataset of less than two values there is no interval. Throws `internal` on a value
 * that is not finite or no dataset.
 */
export function meanOfDatasets(datasets: readonly Values[], options: DatasetsOptions = {}): IntervalOutcome {
  const { method = 'guarded', level = 0.95, range } = options;
  requireBetween(level, 0, 1, 'level of an interval');
  requireWhole(datasets.length, 1, 'number of datasets');
  for (const values of datasets) requireFinite(values, 'mean of datasets');
  if (datasets.length === 1) return meanInterval(datasets[0], { ...options, method });
  const sizes = datasets.map(({ length }) => length);
  const n = sizes.reduce((sum, size) => sum + size, 0);
  if (Math.min(...sizes) < 2) return { kind: 'none', reason: 'too-few', n, needed: 2 * datasets.length };
  const estimate = meanOf(datasets.map(meanOf));
  if (datasets.every(isConstant)) {
    const caution = cautionFor(sizes, 0);
    return { kind: 'constant', level, n, estimate, lower: estimate, upper: estimate, caution };
  }
  const skewness = skewnessOfMean(datasets);
  const student = welchEnds(datasets, estimate, level);
  const ends =
    method === 't'
      ? student
      : widestEnds([student, bcaEnds(replicatesOf(datasets, options), estimate, skewness / 6, level)]);
  return {
    kind: 'interval',
    method,
    level,
    n,
    estimate,
    ...within(ends, range),
    caution: cautionFor(sizes, skewness),
  };
}

function welchEnds(datasets: readonly Values[], estimate: number, level: number): Ends {
  const variances = datasets.map((values) => (momentsOf(values).standardError / datasets.length) ** 2);
  const variance = variances.reduce((sum, v) => sum + v, 0);
  const freedom = variance ** 2 / variances.reduce((sum, v, k) => sum + v ** 2 / (datasets[k].length - 1), 0);
  const reach = studentQuantile((1 + level) / 2, freedom) * Math.sqrt(variance);
  return { lower: estimate - reach, upper: estimate + reach };
}

/** Of the mean's own distribution: of one dataset, its skewness over the root of n. */
function skewnessOfMean(datasets: readonly Values[]): number {
  let [squares, cubes] = [0, 0];
  for (const values of datasets) {
    const mean = meanOf(values);
    for (const value of values) {
      const part = (value - mean) / values.length;
      squares += part ** 2;
      cubes += part ** 3;
    }
  }
  return cubes / squares ** 1.5;
}

/** Means of resamples, every dataset by itself, ascending. */
function replicatesOf(datasets: readonly Values[], options: DatasetsOptions): Float64Array {
  const { resamples = 10_000, seed = 0 } = options;
  const random = createRandom(seed);
  const total = new Float64Array(resamples);
  for (const [k, values] of datasets.entries()) {
    const stream = random.split(k);
    const { means } = resampleMeans(values, resamples, stream);
    // they come ascending: two datasets' would rise and fall together
    shuffle(means, stream);
    for (let b = 0; b < resamples; b++) total[b] += means[b] / datasets.length;
  }
  return total.sort();
}

function shuffle(values: Float64Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [values[i], values[j]] = [values[j], values[i]];
  }
}
