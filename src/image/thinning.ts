import { countBits, emptyBits, forEachRun, type BitMask } from './bit-mask.js';
import { borrowInt32, borrowUint16, giveBackEarly } from './buffer-lease.js';

// A pixel's state: its eight neighbours clockwise from the upper left in bits 0..7, and two flags. 0 is background.
const ALIVE = 0x100;
const QUEUED = 0x200;
const NEIGHBOURS = 0xff;

const FIRST_PASS = 1;
const SECOND_PASS = 2;

/**
 * Where scikit-image's table departs from the rules in Zhang and Suen's paper, as pairs of neighbour code and passes
 * in which such a pixel goes (0 none, 1 first, 2 second, 3 both). The figures are observed from scikit-image 0.25.
 */
const DEPARTURES: readonly (readonly [code: number, passes: number])[] = [
  [3, 1], [6, 1], [10, 3], [11, 1], [12, 1], [14, 1], [24, 2], [26, 2], [40, 3], [48, 0], [56, 2], [96, 2], [104, 2],
  [108, 2], [129, 0], [130, 3], [131, 1], [134, 1], [160, 3], [161, 1], [176, 2], [192, 2], [194, 1], [198, 1], [224, 2],
]; // prettier-ignore

const REMOVAL = removalTable();
const BECOMES_CANDIDATE = candidateTable();

/**
 * The skeleton of a mask by Zhang and Suen's thinning, equal pixel by pixel to scikit-image's `skeletonize` (2-D).
 * A subset of the mask; an empty mask gives an empty skeleton. The outside of the image is background.
 *
 * Source: Zhang and Suen 1984, "A fast parallel algorithm for thinning digital patterns", with scikit-image's table.
 */
export function skeletonize(mask: BitMask): BitMask {
  const rowLength = mask.width + 2;
  const state = borrowUint16(rowLength * (mask.height + 2)).fill(0);
  forEachRun(mask, (y, from, to) => {
    const row = (y + 1) * rowLength + 1;
    state.fill(ALIVE | NEIGHBOURS, row + from, row + to);
  });
  thin(state, rowLength, mask);
  const skeleton = survivors(state, rowLength, mask);
  giveBackEarly(state);
  return skeleton;
}

// Both passes decide for all pixels at once and only then remove. A pixel can change its mind only when a neighbour
// goes, so only pixels that the table would remove in one of the passes are looked at: they are the queue.
function thin(state: Uint16Array, rowLength: number, mask: BitMask): void {
  const foreground = countBits(mask);
  const queue = borrowInt32(foreground);
  const removed = borrowInt32(foreground);
  let queued = queueEdges(state, rowLength, mask, queue);

  for (let pass = FIRST_PASS; queued > 0; pass = pass === FIRST_PASS ? SECOND_PASS : FIRST_PASS) {
    let kept = 0;
    let gone = 0;
    for (let i = 0; i < queued; i++) {
      const p = queue[i];
      const passes = REMOVAL[state[p] & NEIGHBOURS];
      if ((passes & pass) !== 0) removed[gone++] = p;
      else if (passes !== 0) queue[kept++] = p;
      else state[p] &= ~QUEUED;
    }
    queued = kept;
    for (let i = 0; i < gone; i++) {
      const p = removed[i];
      state[p] = 0;
      // Seen from a neighbour, the pixel lies in the opposite direction. Written out: eight times in a loop is slower.
      queued = withoutSide(state, p - rowLength - 1, 0x10, queue, queued);
      queued = withoutSide(state, p - rowLength, 0x20, queue, queued);
      queued = withoutSide(state, p - rowLength + 1, 0x40, queue, queued);
      queued = withoutSide(state, p + 1, 0x80, queue, queued);
      queued = withoutSide(state, p + rowLength + 1, 0x01, queue, queued);
      queued = withoutSide(state, p + rowLength, 0x02, queue, queued);
      queued = withoutSide(state, p + rowLength - 1, 0x04, queue, queued);
      queued = withoutSide(state, p - 1, 0x08, queue, queued);
    }
  }
  giveBackEarly(queue, removed);
}

// Tells pixel `p` that its neighbour on one side is gone; queues it if that makes it a candidate. Returns the queue's length.
function withoutSide(state: Uint16Array, p: number, side: number, queue: Int32Array, queued: number): number {
  const before = state[p];
  if (before === 0) return queued;
  const left = before & ~side;
  if (BECOMES_CANDIDATE[left] === 0) {
    state[p] = left;
    return queued;
  }
  state[p] = left | QUEUED;
  queue[queued] = p;
  return queued + 1;
}

// Gives the foreground pixels that do not have eight foreground neighbours their codes, and queues those that the table
// would remove, in raster order. Returns how many.
function queueEdges(state: Uint16Array, rowLength: number, mask: BitMask, queue: Int32Array): number {
  const { height, stride, words } = mask;
  const neighbours = neighbourOffsets(rowLength);
  const runsOfThree = new Int32Array(stride * (height + 2));
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < stride; i++) {
      const at = y * stride + i;
      const word = words[at];
      const fromLeft = (word << 1) | (i > 0 ? words[at - 1] >>> 31 : 0);
      const fromRight = (word >>> 1) | (i + 1 < stride ? words[at + 1] << 31 : 0);
      runsOfThree[at + stride] = word & fromLeft & fromRight;
    }
  }
  let queued = 0;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < stride; i++) {
      const at = y * stride + i;
      const inner = runsOfThree[at] & runsOfThree[at + stride] & runsOfThree[at + 2 * stride];
      for (let edge = words[at] & ~inner; edge !== 0; edge &= edge - 1) {
        const p = (y + 1) * rowLength + 1 + (i << 5) + 31 - Math.clz32(edge & -edge);
        let code = 0;
        for (let k = 0; k < 8; k++) code |= ((state[p + neighbours[k]] >>> 8) & 1) << k;
        state[p] = ALIVE | code;
        if (REMOVAL[code] !== 0) {
          state[p] |= QUEUED;
          queue[queued++] = p;
        }
      }
    }
  }
  return queued;
}

function survivors(state: Uint16Array, rowLength: number, mask: BitMask): BitMask {
  const skeleton = emptyBits(mask.width, mask.height);
  const { width, height, words } = mask;
  for (let y = 0, i = 0; y < height; y++) {
    const row = (y + 1) * rowLength + 1;
    for (let left = 0; left < width; left += 32, i++) {
      if (words[i] === 0) continue;
      let alive = 0;
      for (let x = left, end = Math.min(left + 32, width); x < end; x++) {
        if (state[row + x] !== 0) alive |= 1 << (x & 31);
      }
      skeleton.words[i] = alive;
    }
  }
  return skeleton;
}

function neighbourOffsets(rowLength: number): Int32Array {
  return Int32Array.of(
    -rowLength - 1,
    -rowLength,
    1 - rowLength,
    1,
    rowLength + 1,
    rowLength,
    rowLength - 1,
    -1,
  );
}

// The paper's rules: two to six neighbours, one change from background to foreground around the pixel, and one of the
// four direct neighbours empty in each of two triples that depend on the pass.
function removalTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 0; code < 256; code++) {
    const at = (k: number): number => (code >> (k & 7)) & 1;
    let count = 0;
    let changes = 0;
    for (let k = 0; k < 8; k++) {
      count += at(k);
      if (at(k) === 0 && at(k + 1) === 1) changes++;
    }
    if (count < 2 || count > 6 || changes !== 1) continue;
    const [up, right, down, left] = [at(1), at(3), at(5), at(7)];
    if ((up & right & down) === 0 && (right & down & left) === 0) table[code] |= FIRST_PASS;
    if ((up & right & left) === 0 && (up & down & left) === 0) table[code] |= SECOND_PASS;
  }
  for (const [code, passes] of DEPARTURES) table[code] = passes;
  return table;
}

// By state: 1 for a living pixel that is not in the queue and that the table would remove.
function candidateTable(): Uint8Array {
  const table = new Uint8Array(1024);
  for (let code = 0; code < 256; code++) table[ALIVE | code] = REMOVAL[code] === 0 ? 0 : 1;
  return table;
}
