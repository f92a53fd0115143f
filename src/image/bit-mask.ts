import type { GrayImage } from './raster.js';

/**
 * A mask at one bit a pixel, so that one machine word answers for 32 pixels. Pixel (x, y) is bit `x & 31` of
 * `words[y * stride + (x >> 5)]`; bits beyond the width are 0.
 */
export interface BitMask {
  readonly width: number;
  readonly height: number;
  /** Words a row. */
  readonly stride: number;
  readonly words: Int32Array;
}

/** A mask without foreground. */
export function emptyBits(width: number, height: number): BitMask {
  const stride = (width + 31) >> 5;
  return { width, height, stride, words: new Int32Array(stride * height) };
}

/** The pixels of a matte with a value of at least `cut` (1..256; 256 selects none). */
export function packAtLeast({ width, height, data }: GrayImage, cut: number): BitMask {
  const mask = emptyBits(width, height);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const whole = width & ~3;
  let seen = 0;
  let nibble = nibbleOf(0, cut);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const word = y * mask.stride;
    for (let x = 0; x < whole; x += 4) {
      // Masks are mostly runs of one value: the answer for the four pixels before is nearly always the answer here.
      const four = view.getInt32(row + x, true);
      if (four !== seen) {
        seen = four;
        nibble = nibbleOf(four, cut);
      }
      if (nibble !== 0) mask.words[word + (x >> 5)] |= nibble << (x & 31);
    }
    for (let x = whole; x < width; x++) {
      if (data[row + x] >= cut) mask.words[word + (x >> 5)] |= 1 << (x & 31);
    }
  }
  return mask;
}

/** The mask as one byte a pixel, 0 or 1, row-major, with a frame of `margin` zero pixels on each side. */
export function unpackBits(mask: BitMask, margin = 0): Uint8Array {
  const rowLength = mask.width + 2 * margin;
  const bytes = new Uint8Array(rowLength * (mask.height + 2 * margin));
  forEachRun(mask, (y, from, to) => {
    const row = (y + margin) * rowLength + margin;
    bytes.fill(1, row + from, row + to);
  });
  return bytes;
}

/** Number of foreground pixels. */
export function countBits({ words }: BitMask): number {
  let n = 0;
  for (let i = 0; i < words.length; i++) {
    let v = words[i];
    if (v === 0) continue;
    v -= (v >>> 1) & 0x55555555;
    v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
    n += Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return n;
}

/** Calls `visit` for each maximal run `from <= x < to` of foreground in a row, in raster order. */
export function forEachRun(mask: BitMask, visit: (y: number, from: number, to: number) => void): void {
  const { width, height, stride, words } = mask;
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    let from = -1;
    let carry = 0;
    for (let i = 0; i < stride; i++) {
      const word = words[row + i];
      // A set bit of `changes` is a pixel that differs from its left neighbour.
      let changes = word ^ ((word << 1) | carry);
      carry = word >>> 31;
      while (changes !== 0) {
        const x = (i << 5) + 31 - Math.clz32(changes & -changes);
        changes &= changes - 1;
        if (from < 0) {
          from = x;
        } else {
          visit(y, from, x);
          from = -1;
        }
      }
    }
    if (from >= 0) visit(y, from, width);
  }
}

/** a AND b. */
export function intersection(a: BitMask, b: BitMask): BitMask {
  const words = new Int32Array(a.words.length);
  for (let i = 0; i < words.length; i++) words[i] = a.words[i] & b.words[i];
  return { ...a, words };
}

/** a OR b. */
export function union(a: BitMask, b: BitMask): BitMask {
  const words = new Int32Array(a.words.length);
  for (let i = 0; i < words.length; i++) words[i] = a.words[i] | b.words[i];
  return { ...a, words };
}

/** a AND NOT b. */
export function difference(a: BitMask, b: BitMask): BitMask {
  const words = new Int32Array(a.words.length);
  for (let i = 0; i < words.length; i++) words[i] = a.words[i] & ~b.words[i];
  return { ...a, words };
}

/** NOT a, inside the image. */
export function complement(a: BitMask): BitMask {
  const words = new Int32Array(a.words.length);
  for (let i = 0; i < words.length; i++) words[i] = ~a.words[i];
  clearBeyondWidth({ ...a, words });
  return { ...a, words };
}

/** Restores the rule that bits beyond the width are 0. */
export function clearBeyondWidth({ width, stride, words }: BitMask): void {
  if ((width & 31) === 0) return;
  const inside = (1 << (width & 31)) - 1;
  for (let i = stride - 1; i < words.length; i += stride) words[i] &= inside;
}

// Bit k is set where byte k of `four` is at least `cut`.
function nibbleOf(four: number, cut: number): number {
  return (
    ((four & 255) >= cut ? 1 : 0) |
    (((four >>> 8) & 255) >= cut ? 2 : 0) |
    (((four >>> 16) & 255) >= cut ? 4 : 0) |
    (four >>> 24 >= cut ? 8 : 0)
  );
}
