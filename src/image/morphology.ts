import { clearBeyondWidth, complement, emptyBits, type BitMask } from './bit-mask.js';

/**
 * Dilation by the 3 x 3 cross (a disc of radius 1), `steps` times over: every pixel within `steps` horizontal or
 * vertical moves of the mask. Equals OpenCV's `dilate` with `disk(1)`; nothing comes in from outside the image.
 */
export function dilateCross(mask: BitMask, steps: number): BitMask {
  return repeatedly(mask, steps, growOnce);
}

/**
 * Erosion by the 3 x 3 cross, `steps` times over. Equals OpenCV's `erode` with `disk(1)`: the outside does not erode.
 *
 * @param outside pixels of the image that count as its outside; none of them is in the result
 */
export function erodeCross(mask: BitMask, steps: number, outside?: BitMask): BitMask {
  return complement(dilateCross(complement(mask, outside), steps), outside);
}

/** Dilation by the cross in which after each of the `steps` only pixels of `allowed` are kept. */
export function growWithin(seed: BitMask, allowed: BitMask, steps: number): BitMask {
  return repeatedly(seed, steps, (from, to) => {
    growOnce(from, to);
    for (let i = 0; i < to.words.length; i++) to.words[i] &= allowed.words[i];
  });
}

/**
 * Opening by a Euclidean disc: the union of all discs of the radius given (in pixels, 0 or more, need not be whole)
 * that fit in the mask, a disc being the pixels whose centre lies within the radius of its centre. What it removes is
 * narrower than the disc. The outside of the image counts as part of the mask when fitting, so that an object cut by
 * the image's border is not thin for it.
 *
 * @param outside pixels of the image that count as its outside; not in the mask
 */
export function openDisc(mask: BitMask, radius: number, outside?: BitMask): BitMask {
  return dilateDisc(complement(dilateDisc(complement(mask, outside), radius), outside), radius);
}

/**
 * Dilation by a Euclidean disc: the pixels whose centre lies within the radius (in pixels, 0 or more, need not be whole)
 * of the centre of a pixel of the mask. Nothing comes in from outside the image.
 */
// A disc is a stack of horizontal chords that widen towards its middle: the mask, widened step by step to each chord's
// half-length, is laid over the result at the chord's two heights.
export function dilateDisc(mask: BitMask, radius: number): BitMask {
  const { height, stride } = mask;
  const result = emptyBits(mask.width, height);
  let widened = mask;
  let halfLength = 0;
  for (let dy = Math.floor(radius); dy >= 0; dy--) {
    const wanted = Math.floor(Math.sqrt(radius * radius - dy * dy));
    widened = repeatedly(widened, wanted - halfLength, widenOnce);
    halfLength = wanted;
    const shift = dy * stride;
    const { words } = widened;
    for (let i = shift; i < words.length; i++) {
      result.words[i] |= words[i - shift];
      result.words[i - shift] |= words[i];
    }
  }
  return result;
}

function repeatedly(mask: BitMask, steps: number, step: (from: BitMask, to: BitMask) => void): BitMask {
  const buffers = [emptyBits(mask.width, mask.height), emptyBits(mask.width, mask.height)];
  let from = mask;
  for (let k = 0; k < steps; k++) {
    const to = buffers[k & 1];
    step(from, to);
    from = to;
  }
  return from;
}

function growOnce({ stride, height, words }: BitMask, to: BitMask): void {
  const out = to.words;
  for (let y = 0; y < height; y++) {
    const first = y * stride;
    const end = first + stride;
    // The first row is its own neighbour above, the last its own below: both add nothing.
    const up = y > 0 ? stride : 0;
    const down = y + 1 < height ? stride : 0;
    let before = 0;
    let word = words[first];
    for (let i = first; i < end; i++) {
      const after = i + 1 < end ? words[i + 1] : 0;
      const across = word | (word << 1) | (before >>> 31) | (word >>> 1) | (after << 31);
      out[i] = across | words[i - up] | words[i + down];
      before = word;
      word = after;
    }
  }
  clearBeyondWidth(to);
}

function widenOnce({ stride, height, words }: BitMask, to: BitMask): void {
  const out = to.words;
  for (let y = 0; y < height; y++) {
    const end = (y + 1) * stride;
    let before = 0;
    let word = words[end - stride];
    for (let i = end - stride; i < end; i++) {
      const after = i + 1 < end ? words[i + 1] : 0;
      out[i] = word | (word << 1) | (before >>> 31) | (word >>> 1) | (after << 31);
      before = word;
      word = after;
    }
  }
  clearBeyondWidth(to);
}
