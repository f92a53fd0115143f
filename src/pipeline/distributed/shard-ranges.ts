/** `3,7-9`: what engines take for an array. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const n of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(',');
}

/** A text as `rangesOf` writes it, of numbers in any order. */
export const RANGES = /^\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*$/;

/** The n-th number of such a text, from 1; undefined where it has fewer. */
export function nthOf(ranges: string, n: number): number | undefined {
  let before = 0;
  for (const [, first = '', last = first] of ranges.matchAll(/(\d+)(?:-(\d+))?/g)) {
    const length = Number(last) - Number(first) + 1;
    if (n > before && n <= before + length) return Number(first) + n - before - 1;
    before += Math.max(0, length);
  }
  return undefined;
}
