import type { Plane } from './raw-mask.js';

/**
 * What a mask's values look like. `blank` 0 everywhere; `full` the largest value of the depth everywhere; `plain` both
 * (give or take what compression adds); `unit` 0 and 1 of a larger range; `constant` one other value; `trimap` one value
 * half-way, in areas; `labels` a few values, in areas; `faint` many values, all far below the largest; `outside` numbers
 * below 0, above 1 or NaN in floating point; `soft` many values, as soft alpha has.
 */
export type ValueKind =
  'blank' | 'full' | 'plain' | 'unit' | 'constant' | 'trimap' | 'labels' | 'faint' | 'outside' | 'soft';

export interface ValueFacts {
  readonly kind: ValueKind;
  readonly full: number;
  /** The most frequent values, in ascending order, and how many others there are. */
  readonly values: readonly number[];
  readonly others: number;
  readonly largest: number;
}

/** Values told in messages. */
const TOLD = 5;
/** A mask with more distinct values than this between 0 and the largest is no map of labels. */
const MOST_LABELS = 64;
/** Up to so many distinct values are taken at their word; more may be the noise of compression next to 0 and the largest. */
const FEW = 8;
/** How near to 0 or the largest value noise lies, and how low the values of a faint mask are, as a share of the largest. */
const NOISE = 1 / 32;
const LOW = 1 / 8;
/** Of the pixels between 0 and the largest value those in areas of one value: labels have areas, soft edges have none. */
const IN_AREAS = 0.5;

/**
 * @param full the largest value of the depth; 1 for floating point
 * @param ignored values that count nowhere
 */
export function factsOfValues(
  plane: Plane,
  width: number,
  full: number,
  ignored: ReadonlySet<number> = new Set(),
): ValueFacts {
  const { counts, step, outside } = histogram(plane, full);
  for (const value of ignored) counts[Math.round(value / step)] = 0;
  const present: number[] = [];
  for (let bin = 0; bin < counts.length; bin++) if (counts[bin] > 0) present.push(bin);
  const frequent = [...present].sort((a, b) => counts[b] - counts[a]).slice(0, TOLD);
  const largestBin = present[present.length - 1] ?? 0;
  const about = {
    full,
    values: frequent.map((bin) => bin * step).sort((a, b) => a - b),
    others: present.length - frequent.length,
    largest: largestBin * step,
  };
  return { ...about, kind: outside ? 'outside' : kindOf(plane, width, full, present, step) };
}

function kindOf(
  plane: Plane,
  width: number,
  full: number,
  present: readonly number[],
  step: number,
): ValueKind {
  const top = full / step;
  const largest = present[present.length - 1] ?? 0;
  const between = present.filter((bin) => bin > 0 && bin < top);
  if (between.length === 0) return largest === 0 ? 'blank' : present.length === 1 ? 'full' : 'plain';
  if (largest === 1 && step === 1) return 'unit';
  const isNoise = (bin: number): boolean =>
    bin >= top * (1 - NOISE) || (between.length > FEW && bin <= top * NOISE);
  const reachesTop = largest >= top * (1 - NOISE);
  const telling = reachesTop ? between.filter((bin) => !isNoise(bin)) : between;
  if (telling.length === 0) return 'plain';
  if (present.length === 1) return 'constant';
  if (telling.length <= MOST_LABELS && shareInAreas(plane, width, telling, step) >= IN_AREAS) {
    const isMiddle = telling.length === 1 && Math.abs(telling[0] / top - 0.5) < NOISE;
    return isMiddle && reachesTop ? 'trimap' : 'labels';
  }
  return largest < top * LOW ? 'faint' : 'soft';
}

/** Counts by value; floating point in 65,536 steps. Whole numbers past 65,535 share the last place. */
function histogram(
  plane: Plane,
  full: number,
): { readonly counts: Uint32Array; readonly step: number; readonly outside: boolean } {
  if (plane instanceof Uint8Array || plane instanceof Uint16Array) {
    const counts = new Uint32Array(plane instanceof Uint8Array ? 256 : 65536);
    if (plane instanceof Uint8Array) countBytes(plane, counts);
    else for (let i = 0; i < plane.length; i++) counts[plane[i]]++;
    return { counts, step: 1, outside: false };
  }
  const counts = new Uint32Array(65536);
  const step = full === 1 ? 1 / 65535 : 1;
  let outside = false;
  for (let i = 0; i < plane.length; i++) {
    const value = plane[i];
    if (!(value >= 0 && value <= full)) outside = true;
    counts[binOf(value, step)]++;
  }
  return { counts, step, outside };
}

const binOf = (value: number, step: number): number =>
  Math.max(0, Math.min(65535, Math.round(value / step) || 0));

/** Four at a time: masks are areas of one value. */
function countBytes(bytes: Uint8Array, counts: Uint32Array): void {
  const head = Math.min(bytes.length, (4 - (bytes.byteOffset & 3)) & 3);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  let [last, times] = [0, 0];
  const flush = (): void => {
    for (let shift = 0; shift < 32; shift += 8) counts[(last >>> shift) & 255] += times;
  };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === last) times++;
    else {
      flush();
      last = words[i];
      times = 1;
    }
  }
  flush();
  for (let i = 0; i < head; i++) counts[bytes[i]]++;
  for (let i = head + words.length * 4; i < bytes.length; i++) counts[bytes[i]]++;
}

/** Rows looked at for areas: enough of a large mask to see them. */
const ROWS = 256;

/** Of the pixels of these values the share that has an equal neighbour beside it and one above or below it. */
function shareInAreas(plane: Plane, width: number, bins: readonly number[], step: number): number {
  const wanted = new Uint8Array(65536);
  let [all, inAreas] = [0, 0];
  for (const bin of bins) wanted[bin] = 1;
  const stride = Math.max(1, Math.floor(plane.length / width / ROWS));
  for (let row = 0; row < plane.length; row += width * stride) {
    for (let x = 0, i = row; x < width; x++, i++) {
      const value = plane[i];
      if (wanted[binOf(value, step)] !== 1) continue;
      all++;
      const beside = (x > 0 && plane[i - 1] === value) || (x + 1 < width && plane[i + 1] === value);
      if (beside && (plane[i - width] === value || plane[i + width] === value)) inAreas++;
    }
  }
  return inAreas / Math.max(1, all);
}
