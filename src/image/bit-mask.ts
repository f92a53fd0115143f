import type { GrayImage } from './raster.js';

/**
 * A mask at one bit per pixel, so that one machine word answers for 32 pixels. Pixel (x, y) is bit `x & 31` of
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

/** The pixels of a matte with a value of at least `cut` (0..256; 0 selects all, 256 none). */
export function packAtLeast({ width, height, data }: GrayImage, cut: number): BitMask {
  const mask = emptyBits(width, height);
  if (cut > 255) return mask;
  if (cut < 1) return complement(mask);
  const { words, stride } = mask;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  // The lower seven bits plus `add` carry into the eighth where they alone reach the cut, or the cut less 128.
  const isHigh = cut > 128;
  const add = Math.imul((isHigh ? 256 : 128) - cut, 0x01010101);
  const wholeWords = width >> 5;
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    for (let i = row, at = y * width; i < row + wholeWords; i++, at += 32) {
      const a = view.getInt32(at, true);
      const b = view.getInt32(at + 4, true);
      const c = view.getInt32(at + 8, true);
      const d = view.getInt32(at + 12, true);
      const e = view.getInt32(at + 16, true);
      const f = view.getInt32(at + 20, true);
      const g = view.getInt32(at + 24, true);
      const h = view.getInt32(at + 28, true);
      // Masks are mostly black or white for 32 pixels on end.
      if ((a | b | c | d | e | f | g | h) === 0) continue;
      words[i] =
        (a & b & c & d & e & f & g & h) === -1
          ? -1
          : nibbleOf(a, add, isHigh) |
            (nibbleOf(b, add, isHigh) << 4) |
            (nibbleOf(c, add, isHigh) << 8) |
            (nibbleOf(d, add, isHigh) << 12) |
            (nibbleOf(e, add, isHigh) << 16) |
            (nibbleOf(f, add, isHigh) << 20) |
            (nibbleOf(g, add, isHigh) << 24) |
            (nibbleOf(h, add, isHigh) << 28);
    }
    for (let x = wholeWords * 32; x < width; x++) {
      if (data[y * width + x] >= cut) words[row + wholeWords] |= 1 << (x & 31);
    }
  }
  return mask;
}

/** The mask as one byte per pixel, 0 or 1, row-major, with a frame of `margin` zero pixels on each side. */
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
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) n += bitsOf(words[i]);
  return n;
}

/** Number of pixels of a AND b. */
export function countCommon(a: BitMask, b: BitMask): number {
  let n = 0;
  for (let i = 0; i < a.words.length; i++) {
    const both = a.words[i] & b.words[i];
    if (both !== 0) n += bitsOf(both);
  }
  return n;
}

function bitsOf(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
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

/** Writes the columns of a row's foreground into `into`, left to right, and returns how many they are. */
export function columnsOfRow({ stride, words }: BitMask, y: number, into: Int32Array): number {
  let count = 0;
  for (let i = 0, at = y * stride; i < stride; i++, at++) {
    for (let word = words[at]; word !== 0; word &= word - 1) {
      into[count++] = (i << 5) + 31 - Math.clz32(word & -word);
    }
  }
  return count;
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

/** NOT a, inside the image; without the pixels of `outside`, which count as if they lay beyond its border. */
export function complement(a: BitMask, outside?: BitMask): BitMask {
  const words = new Int32Array(a.words.length);
  for (let i = 0; i < words.length; i++) words[i] = ~a.words[i];
  clearBeyondWidth({ ...a, words });
  return outside === undefined ? { ...a, words } : difference({ ...a, words }, outside);
}

/** Restores the rule that bits beyond the width are 0. */
export function clearBeyondWidth({ width, stride, words }: BitMask): void {
  if ((width & 31) === 0) return;
  const inside = (1 << (width & 31)) - 1;
  for (let i = stride - 1; i < words.length; i += stride) words[i] &= inside;
}

/** Compares four bytes at once with a cut of 1..255: bit k of the answer is set where byte k is at least the cut. */
function nibbleOf(four: number, add: number, isHigh: boolean): number {
  const sum = ((four & 0x7f7f7f7f) + add) | 0;
  const eighths = (isHigh ? sum & four : sum | four) >>> 7;
  // The product brings bits 0, 8, 16 and 24 together at the top.
  return Math.imul(eighths & 0x01010101, 0x10204080) >>> 28;
}
