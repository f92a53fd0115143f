/**
 * The corner points of a curve by Douglas and Peucker's algorithm, equal to `approxPolyDP` of OpenCV up to 4.12 on
 * whole-numbered points, with what is particular to it: distances are to the line through two corners and not to
 * their segment (changed in later releases of OpenCV); a closed curve starts at a point found by jumping three times
 * to the farthest one; and points that are left on almost straight, slanting lines are dropped afterwards, with half
 * the tolerance on squared distances.
 *
 * @param points x0, y0, x1, y1, ... in pixels; an open curve with equal ends is split like a closed one
 * @param epsilon tolerance in pixels, 0 or more
 * @returns the corners in the same layout; empty for an empty curve, one point where all lie within the tolerance of
 *   a closed curve's start
 *
 * Source: Douglas and Peucker 1973; OpenCV 4.11.
 */
export function approxPolyline(points: Int32Array, epsilon: number, closed: boolean): Int32Array {
  const count = points.length >> 1;
  if (count === 0) return points;
  const tolerance = epsilon * epsilon;
  const openEnded = !closed && !samePoint(points, 0, count - 1);
  const corners: number[] = [];
  if (openEnded) {
    split(points, 0, count - 1, tolerance, corners);
    corners.push(count - 1);
  } else {
    const far = farthestPair(points, closed ? 3 : 1);
    if (far.distance <= tolerance) {
      corners.push(far.from);
    } else {
      split(points, far.from, far.to, tolerance, corners);
      split(points, far.to, far.from, tolerance, corners);
    }
  }
  return dropNearlyStraight(take(points, corners), tolerance, closed);
}

// Jumps `rounds` times from a point to the one farthest from it; `from` and `to` are the last jump's ends.
function farthestPair(
  points: Int32Array,
  rounds: number,
): { readonly from: number; readonly to: number; readonly distance: number } {
  const count = points.length >> 1;
  let from = 0;
  let to = 0;
  let distance = 0;
  for (let round = 0; round < rounds; round++) {
    from = to;
    distance = 0;
    // Where all points coincide there is no farthest: the distance stays 0 and the curve becomes one point.
    for (let j = 1; j < count; j++) {
      const k = (from + j) % count;
      const dx = points[2 * k] - points[2 * from];
      const dy = points[2 * k + 1] - points[2 * from + 1];
      const d = dx * dx + dy * dy;
      if (d > distance) {
        distance = d;
        to = k;
      }
    }
  }
  return { from, to, distance };
}

// Appends the corners from `start` up to but not including `end`, going forwards and around the end of the array.
function split(points: Int32Array, start: number, end: number, tolerance: number, corners: number[]): void {
  const pending = [start, end];
  while (pending.length > 0) {
    const to = pending.pop() as number;
    const from = pending.pop() as number;
    const farthest = farthestFromLine(points, from, to, tolerance);
    if (farthest < 0) corners.push(from);
    else pending.push(farthest, to, from, farthest);
  }
}

// The point between two others that is farthest from the straight line through them, or -1 if none is beyond the
// tolerance. Distances are compared multiplied by the chord's length, in whole numbers, so nothing is rounded.
function farthestFromLine(points: Int32Array, from: number, to: number, tolerance: number): number {
  const count = points.length >> 1;
  const ax = points[2 * from];
  const ay = points[2 * from + 1];
  const dx = points[2 * to] - ax;
  const dy = points[2 * to + 1] - ay;
  let farthest = -1;
  let greatest = 0;
  for (let k = next(from, count); k !== to; k = next(k, count)) {
    const across = Math.abs((points[2 * k + 1] - ay) * dx - (points[2 * k] - ax) * dy);
    if (across > greatest) {
      greatest = across;
      farthest = k;
    }
  }
  return greatest * greatest <= tolerance * (dx * dx + dy * dy) ? -1 : farthest;
}

// Walks over the corners once. A corner near the line between the last one kept and the one after it goes, unless that
// line is horizontal or vertical or the corner turns back. After a removal the following corner is kept unseen.
function dropNearlyStraight(corners: Int32Array, tolerance: number, closed: boolean): Int32Array {
  const count = corners.length >> 1;
  const out = corners.slice();
  let left = count;
  let read = closed ? count - 1 : 0;
  const advance = (): number => {
    const at = read;
    read = next(read, count);
    return at;
  };
  let [keptX, keptY] = pointAt(out, advance());
  let write = read;
  let [x, y] = pointAt(out, advance());
  const put = (px: number, py: number): void => {
    out[2 * write] = px;
    out[2 * write + 1] = py;
    write = next(write, count);
  };
  for (let i = closed ? 0 : 1; i < (closed ? count : count - 1) && left > 2; i++) {
    const [endX, endY] = pointAt(out, advance());
    const dx = endX - keptX;
    const dy = endY - keptY;
    const across = (x - keptX) * dy - (y - keptY) * dx;
    const turn = (x - keptX) * (endX - x) + (y - keptY) * (endY - y);
    if (across * across <= 0.5 * tolerance * (dx * dx + dy * dy) && dx !== 0 && dy !== 0 && turn >= 0) {
      left--;
      [keptX, keptY] = [endX, endY];
      put(endX, endY);
      [x, y] = pointAt(out, advance());
      i++;
    } else {
      [keptX, keptY] = [x, y];
      put(x, y);
      [x, y] = [endX, endY];
    }
  }
  if (!closed) put(x, y);
  return out.subarray(0, 2 * left);
}

function take(points: Int32Array, indices: readonly number[]): Int32Array {
  const out = new Int32Array(2 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    out[2 * i] = points[2 * indices[i]];
    out[2 * i + 1] = points[2 * indices[i] + 1];
  }
  return out;
}

function pointAt(points: Int32Array, index: number): readonly [x: number, y: number] {
  return [points[2 * index], points[2 * index + 1]];
}

function samePoint(points: Int32Array, a: number, b: number): boolean {
  return points[2 * a] === points[2 * b] && points[2 * a + 1] === points[2 * b + 1];
}

function next(index: number, count: number): number {
  return index + 1 === count ? 0 : index + 1;
}
