import type { BitMask } from './bit-mask.js';

/**
 * For the columns asked for, of one row: the foreground pixel that is nearest to each. Both arrays are filled as far as
 * was asked, and are overwritten by the next row.
 */
interface NearestInRow {
  /** Index of the nearest foreground pixel, `y * width + x`; a foreground pixel's own; -1 where none is near enough. */
  readonly nearest: Int32Array;
  /** Squared Euclidean distance to it, in pixels; 0 on the foreground; `within ** 2 + 1` where none is near enough. */
  readonly squaredDistance: Int32Array;
}

/**
 * Exact Euclidean distances to a mask's foreground, with the pixel that gives them, where they are asked for.
 *
 * Along the columns the nearest pixels are known from where the foreground begins and ends; along a row the lower envelope
 * of parabolas decides (Meijster, Roerdink & Hesselink 2000; Felzenszwalb & Huttenlocher 2012), built over those
 * columns only that can be nearest to a pixel asked for. Among foreground pixels at the same distance the one in the
 * leftmost column is taken, in that column the topmost, which is the choice of scipy's `distance_transform_edt`.
 */
export function distancesTo(mask: BitMask): Distances {
  const { width } = mask;
  const offsets = new Int32Array(width + 1);
  const counts = new Int32Array(width);
  tallyBeginnings(mask, counts);
  for (let x = 0; x < width; x++) offsets[x + 1] = offsets[x] + counts[x];
  const rows = new Int32Array(offsets[width]);
  tallyBeginnings(mask, offsets.slice(0, width), rows);
  return { mask, rows, offsets };
}

/** What walks down a mask have in common: the rows in which a column changes to foreground, one column after another. */
export interface Distances {
  readonly mask: BitMask;
  readonly rows: Int32Array;
  /** Where a column's rows start; one more than there are columns. */
  readonly offsets: Int32Array;
}

/** Adds one to a column's tally for each of its beginnings; with `rows`, writes down the row where the tally stood. */
function tallyBeginnings({ height, stride, words }: BitMask, tally: Int32Array, rows?: Int32Array): void {
  for (let y = 0, i = 0; y < height; y++) {
    for (let column = 0; column < stride; column++, i++) {
      let begins = words[i] & ~(y > 0 ? words[i - stride] : 0);
      for (; begins !== 0; begins &= begins - 1) {
        const x = (column << 5) + 31 - Math.clz32(begins & -begins);
        if (rows !== undefined) rows[tally[x]] = y;
        tally[x]++;
      }
    }
  }
}

/**
 * Where a walk down the rows stands. What works on it are functions of the module and not of the walk: the engine drops
 * machine code together with the last function object that has it, and would compile it anew for every mask.
 */
interface Walk extends Distances {
  readonly within: number;
  readonly answer: NearestInRow;
  /**
   * The parabolas of the lower envelope from left to right: column, height and row of the vertex, the first column asked
   * for in which it is the lowest.
   */
  readonly columnOf: Int32Array;
  readonly heightOf: Float64Array;
  readonly rowOf: Int32Array;
  readonly startOf: Int32Array;
  /** Of every column, as seen from background in the current row: the nearest foreground above it and below it. */
  readonly above: Int32Array;
  readonly below: Int32Array;
  /** Of every column, where in `rows` the beginning after the one below stands. */
  readonly nextBeginning: Int32Array;
  current: number;
  /** What the pixels in hand lie in. */
  readonly gap: Gap;
  readonly window: Window;
}

/** Begins a walk down the rows; `within` (pixels, at most 46,000) is the distance up to which it tells them apart. */
export function startWalk({ mask, rows, offsets }: Distances, within: number): Walk {
  const { width } = mask;
  const walk: Walk = {
    mask,
    within,
    rows,
    offsets,
    answer: { nearest: new Int32Array(width), squaredDistance: new Int32Array(width) },
    columnOf: new Int32Array(width),
    heightOf: new Float64Array(width),
    rowOf: new Int32Array(width),
    startOf: new Int32Array(width),
    above: new Int32Array(width).fill(-within - 1),
    below: new Int32Array(width),
    nextBeginning: offsets.slice(0, width),
    current: -1,
    gap: { from: 0, to: 0 },
    window: { left: 0, right: 0, reach: 0 },
  };
  for (let x = 0; x < width; x++) stepDown(walk, x);
  return walk;
}

function stepDown({ mask, within, rows, offsets, below, nextBeginning }: Walk, x: number): void {
  const next = nextBeginning[x]++;
  below[x] = next < offsets[x + 1] ? rows[next] : mask.height + within;
}

function moveTo(walk: Walk, y: number): void {
  const { above, mask } = walk;
  const { stride, words } = mask;
  for (let current = walk.current + 1; current <= y; current++) {
    const row = current * stride;
    for (let i = 0; i < stride; i++) {
      const word = words[row + i];
      let changes = current > 0 ? word ^ words[row - stride + i] : word;
      for (; changes !== 0; changes &= changes - 1) {
        const bit = changes & -changes;
        const x = (i << 5) + 31 - Math.clz32(bit);
        if ((word & bit) !== 0) stepDown(walk, x);
        else above[x] = current - 1;
      }
    }
  }
  walk.current = y;
}

/**
 * Builds the envelope of the window's columns for the columns `from..to - 1`, all in one gap of the foreground, and returns
 * its length.
 */
function envelop(walk: Walk, y: number, from: number, to: number): number {
  const { above, below, columnOf, heightOf, rowOf, startOf, gap, window } = walk;
  const { left, right, reach } = window;
  let top = -1;
  for (let x = left; x <= right; x++) {
    // The upper one of two.
    const row = x < gap.from || x === gap.to ? y : y - above[x] <= below[x] - y ? above[x] : below[x];
    const apart = row - y;
    if (apart > reach || -apart > reach) continue;
    const rise = apart * apart;
    let start = from;
    for (; top >= 0; top--) {
      // The first column where the new parabola is strictly lower: on a tie the one further left stays.
      const u = columnOf[top];
      start = Math.floor((x * x - u * u + rise - heightOf[top]) / (2 * (x - u))) + 1;
      if (start > startOf[top]) break;
    }
    if (top < 0) start = from;
    if (start >= to) continue;
    top++;
    columnOf[top] = x;
    heightOf[top] = rise;
    rowOf[top] = row;
    startOf[top] = start;
  }
  return top + 1;
}

/**
 * Answers for the first `count` of `columns`, which must rise, of row `y`. Rows must be asked from top to bottom, none
 * twice; any may be left out.
 */
export function nearestInRow(walk: Walk, y: number, columns: Int32Array, count: number): NearestInRow {
  const { mask, within, answer, columnOf, heightOf, rowOf, startOf, above, below, gap, window } = walk;
  const { nearest, squaredDistance } = answer;
  const { width, stride, words } = mask;
  const beyond = within * within + 1;
  moveTo(walk, y);
  gap.from = 0;
  gap.to = 0;
  for (let k = 0; k < count;) {
    const first = columns[k];
    if (first >= gap.to) {
      if ((words[y * stride + (first >> 5)] & (1 << (first & 31))) !== 0) {
        nearest[k] = y * width + first;
        squaredDistance[k++] = 0;
        continue;
      }
      findGap(mask, y, first, gap);
    }
    // Columns whose nearest pixels may lie in the same columns are answered together.
    let [left, right, farthest] = [first, first, 0];
    let end = k;
    for (let reach = within; end < count && columns[end] < gap.to; end++) {
      const x = columns[end];
      // A column further on nothing is further away than by one more.
      reach = end > k ? Math.min(within, reach + x - columns[end - 1]) : within;
      reach = Math.min(reach, y - above[x], below[x] - y);
      if (gap.from > 0) reach = Math.min(reach, x - gap.from + 1);
      if (gap.to < width) reach = Math.min(reach, gap.to - x);
      if (end > k && x - reach > right) break;
      left = Math.min(left, x - reach);
      right = Math.max(right, x + reach);
      farthest = Math.max(farthest, reach);
    }
    window.left = Math.max(left, gap.from - 1, 0);
    window.right = Math.min(right, gap.to, width - 1);
    window.reach = farthest;
    const length = envelop(walk, y, first, columns[end - 1] + 1);
    for (let at = 0; k < end; k++) {
      const x = columns[k];
      while (at + 1 < length && startOf[at + 1] <= x) at++;
      const squared = length === 0 ? beyond : (x - columnOf[at]) ** 2 + heightOf[at];
      nearest[k] = squared < beyond ? rowOf[at] * width + columnOf[at] : -1;
      squaredDistance[k] = Math.min(squared, beyond);
    }
  }
  return answer;
}

/** The columns and the distance within which the nearest pixels of some columns lie. */
interface Window {
  left: number;
  right: number;
  reach: number;
}

/** Background columns `from..to - 1` of a row, foreground or the image's border on either side. */
interface Gap {
  from: number;
  to: number;
}

/** Between two foreground pixels of a row nothing beyond them is nearer, so every gap stands alone. */
function findGap({ width, stride, words }: BitMask, y: number, x: number, gap: Gap): void {
  const row = y * stride;
  const column = x >> 5;
  let i = column;
  let word = words[row + i] & ((1 << (x & 31)) - 1);
  while (word === 0 && i > 0) word = words[row + --i];
  gap.from = word === 0 ? 0 : (i << 5) + 32 - Math.clz32(word);
  i = column;
  word = words[row + i] & (-1 << (x & 31));
  while (word === 0 && i + 1 < stride) word = words[row + ++i];
  gap.to = word === 0 ? width : (i << 5) + 31 - Math.clz32(word & -word);
}
