/** Half of a sampled Gaussian and of its first derivative: the weights at offsets 0..radius. */
interface GaussianKernel {
  readonly radius: number;
  /** Normalised to a sum of 1 over both sides; even. */
  readonly smooth: Float64Array;
  /** `x / sigma^2` times `smooth`; odd: negated at -x. */
  readonly derivative: Float64Array;
}

/** Cut off at 4 sigma, rounded, as scipy.ndimage's `gaussian_filter1d` does by default. */
export function gaussianKernel(sigma: number): GaussianKernel {
  const radius = Math.floor(4 * sigma + 0.5);
  const smooth = Float64Array.from({ length: radius + 1 }, (_, x) => Math.exp((-0.5 / sigma ** 2) * x ** 2));
  const sum = 2 * smooth.reduce((total, weight) => total + weight, 0) - smooth[0];
  for (let x = 0; x <= radius; x++) smooth[x] /= sum;
  return { radius, smooth, derivative: smooth.map((weight, x) => (x / sigma ** 2) * weight) };
}

/** For positions -radius .. length - 1 + radius, the position inside that mirrors it about the border (d c b a | a b c d). */
export function mirroredPositions(length: number, radius: number): Int32Array {
  const period = 2 * length;
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => {
    const folded = (((i - radius) % period) + period) % period;
    return folded < length ? folded : period - 1 - folded;
  });
}
