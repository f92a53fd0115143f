import type { BitMask } from './bit-mask.js';

/**
 * Erosion by a square of side `2 * distance + 1`: the pixels whose chessboard distance to the nearest background pixel
 * exceeds `distance` (0 or more), where everything outside the image is background. Equals `distance` erosions by the
 * 3 x 3 square, but takes about log2(side) passes over the words in each direction.
 */
export function erodeSquare(mask: BitMask, distance: number): BitMask {
  const words = mask.words.slice();
  const eroded = { ...mask, words };
  keepFullWindows(2 * distance + 1, (reach) => andFromRight(eroded, reach));
  shiftRight(eroded, distance);
  // In words a row is `stride` apart: the columns are treated as rows are, 32 at a time.
  keepFullWindows(2 * distance + 1, (reach) => andFromBelow(words, reach * mask.stride));
  words.copyWithin(distance * mask.stride, 0);
  words.fill(0, 0, distance * mask.stride);
  return eroded;
}

// A window of n is full where a window of k is full and another one that starts at most k further on.
function keepFullWindows(size: number, andWithPixelAt: (reach: number) => void): void {
  for (let covered = 1; covered < size;) {
    const reach = Math.min(covered, size - covered);
    andWithPixelAt(reach);
    covered += reach;
  }
}

/** Keeps the pixels whose neighbour `reach` to the right is set too. */
function andFromRight({ words, stride, height }: BitMask, reach: number): void {
  const skip = reach >> 5;
  const bits = reach & 31;
  for (let y = 0; y < height; y++) {
    const end = (y + 1) * stride;
    for (let i = end - stride; i < end; i++) {
      if (words[i] === 0) continue;
      const near = i + skip < end ? words[i + skip] : 0;
      if (bits === 0) {
        words[i] &= near;
        continue;
      }
      const far = i + skip + 1 < end ? words[i + skip + 1] : 0;
      words[i] &= (near >>> bits) | (far << (32 - bits));
    }
  }
}

function andFromBelow(words: Int32Array, reach: number): void {
  const last = words.length - reach;
  for (let i = 0; i < last; i++) words[i] &= words[i + reach];
  words.fill(0, Math.max(0, last));
}

/** Moves every pixel `distance` to the right; what is moved in is 0. Nothing set may be moved beyond the width. */
function shiftRight({ words, stride, height }: BitMask, distance: number): void {
  const skip = distance >> 5;
  const bits = distance & 31;
  for (let y = 0; y < height; y++) {
    const first = y * stride;
    for (let i = first + stride - 1; i >= first; i--) {
      const near = i - skip >= first ? words[i - skip] : 0;
      const far = i - skip - 1 >= first ? words[i - skip - 1] : 0;
      words[i] = bits === 0 ? near : (near << bits) | (far >>> (32 - bits));
    }
  }
}
