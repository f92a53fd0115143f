const BLOCK = 128;

/**
 * The sum of `value(from) .. value(from + count - 1)` in the order in which numpy adds doubles (pairwise, eight
 * partial sums to a block of 128), so that it has the same last bit. For the few places where that bit decides.
 */
export function pairwiseSum(value: (index: number) => number, from: number, count: number): number {
  if (count > BLOCK) {
    const half = (count >> 1) - ((count >> 1) % 8);
    return pairwiseSum(value, from, half) + pairwiseSum(value, from + half, count - half);
  }
  let sum = 0;
  let done = 0;
  if (count >= 8) {
    const partial = Array.from({ length: 8 }, (_, k) => value(from + k));
    for (done = 8; done + 8 <= count; done += 8) {
      for (let k = 0; k < 8; k++) partial[k] += value(from + done + k);
    }
    const [a, b, c, d, e, f, g, h] = partial;
    sum = a + b + (c + d) + (e + f + (g + h));
  }
  for (; done < count; done++) sum += value(from + done);
  return sum;
}

/** Values that numpy (2.3) copies at a time when a cut-out is not contiguous; whole rows where they fit. */
const BUFFER = 8192;

/**
 * The mean that numpy gives to a `height` x `width` cut-out in which every value is `value`; rounding may leave it a
 * bit off. `wholeRows`: the cut-out has the image's full width, so that it is contiguous and added up in one go.
 */
export function meanOfConstant(value: number, height: number, width: number, wholeRows: boolean): number {
  const constant = (): number => value;
  const rowsAtOnce = wholeRows || width === 1 ? height : Math.max(1, Math.floor(BUFFER / width));
  let sum = 0;
  for (let y = 0; y < height; y += rowsAtOnce) {
    sum += pairwiseSum(constant, 0, Math.min(rowsAtOnce, height - y) * width);
  }
  return sum / (height * width);
}
