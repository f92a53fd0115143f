/** Newton steps at most; two or three are usual. */
const STEPS = 60;

/** In logarithms of capital: what is given away at most where the minimum is found as usual. */
const EXACT = 1e-6;

/**
 * The least that each bet has won under any means of the datasets, each within 0..1, whose own mean is m. The sum of
 * logarithms is convex in the means and separable: Newton's method with the one constraint. What is returned is never
 * above the true minimum, however the search ends: a convex function lies above its tangent, so the least value of
 * the tangent over all allowed means bounds it.
 */
export function leastWinnings(
  datasets: readonly Float64Array[],
  shares: readonly number[],
  stakes: readonly number[],
  m: number,
): readonly number[] {
  let means: readonly number[] = datasets.map(() => m);
  return stakes.map((stake) => {
    const total = m * datasets.length;
    // the next stake's least favourable means are close to this one's
    let at = tangentAt(datasets, shares, stake, means);
    let best = at.value - gapOf(at, total);
    for (let step = 0; step < STEPS && at.value - best > EXACT; step++) {
      const next = stepFrom(at, (point) => tangentAt(datasets, shares, stake, point));
      if (!(next.value < at.value)) break;
      at = next;
      best = Math.max(best, at.value - gapOf(at, total));
    }
    means = at.means;
    return best;
  });
}

/** One Newton step, shortened until it goes down and stays within the box. */
function stepFrom(at: Tangent, tangent: (means: readonly number[]) => Tangent): Tangent {
  const direction = newtonDirection(at);
  const descent = direction.reduce((sum, d, k) => sum + d * at.slopes[k], 0);
  let length = Math.min(1, 0.9 * roomFor(at.means, direction));
  for (let halving = 0; halving < 40; halving++, length /= 2) {
    const next = tangent(at.means.map((mean, k) => mean + length * direction[k]));
    if (next.value <= at.value + 1e-4 * length * descent) return next;
  }
  return at;
}

/** The sum of logarithms at some means, with its first and second derivatives. */
interface Tangent {
  readonly means: readonly number[];
  readonly value: number;
  readonly slopes: readonly number[];
  readonly curvatures: readonly number[];
}

function tangentAt(
  datasets: readonly Float64Array[],
  shares: readonly number[],
  stake: number,
  means: readonly number[],
): Tangent {
  let value = 0;
  const slopes: number[] = [];
  const curvatures: number[] = [];
  for (const [k, values] of datasets.entries()) {
    const kept = 1 - stake * shares[k];
    const slope = (stake * shares[k]) / means[k];
    let product = 1;
    // of each factor, the part that was bet: its sum, and that of its square
    let [first, second] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const won = slope * values[i];
      const factor = kept + won;
      const part = factor > 0 ? won / factor : 1;
      first += part;
      second += part * part;
      product *= factor;
      if (product < 1e-150 || product > 1e150) {
        value += Math.log(product);
        product = 1;
      }
    }
    value += Math.log(product);
    slopes.push(-first / means[k]);
    curvatures.push((2 * first - second) / means[k] ** 2);
  }
  return { means, value, slopes, curvatures };
}

/** Towards the minimum of the parabola, with the sum of the means kept. */
function newtonDirection({ slopes, curvatures }: Tangent): readonly number[] {
  const stiff = curvatures.map((curvature) => Math.max(curvature, 1e-6 * Math.max(...curvatures), 1e-300));
  const ease = stiff.reduce((sum, curvature) => sum + 1 / curvature, 0);
  const price = stiff.reduce((sum, curvature, k) => sum + slopes[k] / curvature, 0) / ease;
  return stiff.map((curvature, k) => (price - slopes[k]) / curvature);
}

/** How far one may go in a direction before a mean leaves 0..1. */
function roomFor(means: readonly number[], direction: readonly number[]): number {
  return Math.min(
    ...direction.map((d, k) => (d === 0 ? Number.POSITIVE_INFINITY : ((d > 0 ? 1 : 0) - means[k]) / d)),
  );
}

/** How much lower than here the tangent lies at most, over all means in 0..1 with this total. */
function gapOf({ means, slopes }: Tangent, total: number): number {
  const order = slopes.map((_, k) => k).sort((a, b) => slopes[a] - slopes[b]);
  let left = total;
  let gap = 0;
  for (const k of order) {
    const mean = Math.min(1, left);
    left -= mean;
    gap += slopes[k] * (means[k] - mean);
  }
  return Math.max(0, gap);
}
