import { emptyBits, type BitMask } from '../../image/bit-mask.js';

/**
 * The mask in boxes of side 1, 2, 4 ... 2^(levels - 1): bit masks in which a pixel is a box, set if a pixel in it is.
 * Boxes are laid from the bottom right corner, since the reference fills an image up with zeros at its top and left;
 * so each row's boxes end at the last bit of its last word.
 */
export function boxPyramid(mask: BitMask, levels: number): readonly BitMask[] {
  const pyramid = [alignedRight(mask)];
  while (pyramid.length < levels) pyramid.push(halved(pyramid[pyramid.length - 1]));
  return pyramid;
}

function alignedRight(mask: BitMask): BitMask {
  const { height, stride, words } = mask;
  const shift = stride * 32 - mask.width;
  if (shift === 0) return mask;
  const out = emptyBits(stride * 32, height);
  for (let i = 0, column = 0; i < words.length; i++) {
    out.words[i] = (words[i] << shift) | (column > 0 ? words[i - 1] >>> (32 - shift) : 0);
    if (++column === stride) column = 0;
  }
  return out;
}

function halved({ stride, height, words }: BitMask): BitMask {
  const half = emptyBits(((stride + 1) >> 1) * 32, (height + 1) >> 1);
  for (let row = 1; row <= half.height; row++) {
    const lower = (height - 2 * row + 1) * stride;
    const upper = 2 * row <= height ? lower - stride : lower;
    const to = (half.height - row) * half.stride;
    for (let column = 1; column <= half.stride; column++) {
      const right = stride - 2 * column + 1;
      const high = halvedWord(words[lower + right] | words[upper + right]);
      const low = right > 0 ? halvedWord(words[lower + right - 1] | words[upper + right - 1]) : 0;
      half.words[to + half.stride - column] = (high << 16) | low;
    }
  }
  return half;
}

/** 16 bits: bit k is set if bit 2k or 2k + 1 is. */
function halvedWord(word: number): number {
  if (word === 0) return 0;
  let v = (word | (word >>> 1)) & 0x55555555;
  v = (v | (v >>> 1)) & 0x33333333;
  v = (v | (v >>> 2)) & 0x0f0f0f0f;
  v = (v | (v >>> 4)) & 0x00ff00ff;
  return (v | (v >>> 8)) & 0xffff;
}
