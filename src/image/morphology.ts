import type { BitMask } from './bit-mask.js';
import { withPlanes, type Plane, type Planes } from './bits-kernel.js';

/**
 * Dilation by the 3 x 3 cross (a disc of radius 1), `steps` times over: every pixel within `steps` horizontal or
 * vertical moves of the mask. Equals OpenCV's `dilate` with `disk(1)`; nothing comes in from outside the image.
 */
export function dilateCross(mask: BitMask, steps: number): BitMask {
  return withPlanes(mask, (planes) => planes.take(planes.grow(planes.put(mask), planes.all, steps)));
}

/**
 * Erosion by the 3 x 3 cross, `steps` times over. Equals OpenCV's `erode` with `disk(1)`: the outside does not erode.
 *
 * @param inside pixels that count as the image's inside; none but those are in the result
 */
export function erodeCross(planes: Planes, mask: Plane, steps: number, inside = planes.all): Plane {
  return planes.andNot(inside, planes.grow(planes.andNot(inside, mask), planes.all, steps));
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
  return withPlanes(mask, (planes) => {
    const inside = outside === undefined ? planes.all : planes.andNot(planes.all, planes.put(outside));
    const beyond = growDisc(planes, planes.andNot(inside, planes.put(mask)), radius);
    return planes.take(growDisc(planes, planes.andNot(inside, beyond), radius));
  });
}

/**
 * Dilation by a Euclidean disc: the pixels whose centre lies within the radius (in pixels, 0 or more, need not be whole)
 * of the centre of a pixel of the mask. Nothing comes in from outside the image.
 */
export function dilateDisc(mask: BitMask, radius: number): BitMask {
  return withPlanes(mask, (planes) => planes.take(growDisc(planes, planes.put(mask), radius)));
}

// A disc is a stack of horizontal chords that widen towards its middle: the mask, widened step by step to each chord's
// half-length, is laid over the result at the chord's two heights.
function growDisc(planes: Planes, mask: Plane, radius: number): Plane {
  const result = planes.andNot(mask, mask);
  let widened = mask;
  let halfLength = 0;
  for (let dy = Math.floor(radius); dy >= 0; dy--) {
    const wanted = Math.floor(Math.sqrt(radius * radius - dy * dy));
    widened = planes.widen(widened, wanted - halfLength);
    halfLength = wanted;
    planes.addShifted(result, widened, dy);
  }
  return result;
}
