import { clearBeyondWidth, emptyBits, type BitMask } from '../../image/bit-mask.js';

/**
 * The pixels where a Sobel filter of the mask, zeros outside, is not zero in x or in y. A straight contour gives one
 * pixel on each side of it; a mask that touches the border has an edge there.
 */
export function sobelEdges(mask: BitMask): BitMask {
  const { height, stride } = mask;
  const edges = emptyBits(mask.width, height);
  // A row of zeros above and below: word i of the mask is word i + stride here.
  const words = new Int32Array(mask.words.length + 2 * stride);
  words.set(mask.words, stride);
  for (let y = 0, i = 0; y < height; y++) {
    let [aboveLeft, left, belowLeft] = [0, 0, 0];
    let [above, here, below] = [words[i], words[i + stride], words[i + 2 * stride]];
    for (let column = 1; column <= stride; column++, i++) {
      const isLast = column === stride;
      const aboveRight = isLast ? 0 : words[i + 1];
      const right = isLast ? 0 : words[i + 1 + stride];
      const belowRight = isLast ? 0 : words[i + 1 + 2 * stride];
      const any = aboveLeft | left | belowLeft | above | here | below | aboveRight | right | belowRight;
      const every = aboveLeft & left & belowLeft & above & here & below & aboveRight & right & belowRight;
      if (any !== 0 && every !== -1) {
        // The eight neighbours of 32 pixels, each moved to where its pixel is.
        const nw = (above << 1) | (aboveLeft >>> 31);
        const ne = (above >>> 1) | (aboveRight << 31);
        const w = (here << 1) | (left >>> 31);
        const e = (here >>> 1) | (right << 31);
        const sw = (below << 1) | (belowLeft >>> 31);
        const se = (below >>> 1) | (belowRight << 31);
        edges.words[i] = sumsDiffer(nw, above, ne, sw, below, se) | sumsDiffer(nw, w, sw, ne, e, se);
      }
      [aboveLeft, left, belowLeft] = [above, here, below];
      [above, here, below] = [aboveRight, right, belowRight];
    }
  }
  clearBeyondWidth(edges);
  return edges;
}

/** For each of 32 pixels, whether a + 2b + c and d + 2e + f differ: the sums, 0..4, are compared bit by bit. */
function sumsDiffer(a: number, b: number, c: number, d: number, e: number, f: number): number {
  const carry = a & c;
  const otherCarry = d & f;
  return (a ^ c ^ d ^ f) | (carry ^ b ^ otherCarry ^ e) | ((carry & b) ^ (otherCarry & e));
}
