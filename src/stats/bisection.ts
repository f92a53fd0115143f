/**
 * Where a rising function reaches `target` between `low` and `high`, to the last bit that halving can decide.
 * Slower than Newton's method and never wrong: the quantiles below are asked for a handful of times an answer.
 */
export function whereReaches(
  rising: (x: number) => number,
  target: number,
  low: number,
  high: number,
): number {
  let a = low;
  let b = high;
  for (let step = 0; step < 200; step++) {
    const middle = (a + b) / 2;
    if (middle <= a || middle >= b) break;
    if (rising(middle) < target) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

/** The smallest whole number in `low..high` for which a test that turns true once and stays true holds, or null. */
export function smallestWhere(holds: (n: number) => boolean, low: number, high: number): number | null {
  if (!holds(high)) return null;
  let a = low;
  let b = high;
  while (a < b) {
    const middle = Math.floor((a + b) / 2);
    if (holds(middle)) b = middle;
    else a = middle + 1;
  }
  return a;
}
