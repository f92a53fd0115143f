import { approxPolyline } from '../../../src/image/approx-polyline.js';
import { packAtLeast, unpackBits, type BitMask } from '../../../src/image/bit-mask.js';
import { findContours } from '../../../src/image/contours.js';
import { skeletonize } from '../../../src/image/thinning.js';
import type { ImagePair } from '../arbitrary-masks.js';
import { pixelsOf } from './slow-sod.js';

// HCE by sets of pixels, one look at a time. Skeleton, contour order and polygon corners are OpenCV's and
// scikit-image's by table, and have tests of their own (test/image); they are taken as they are.

const RELAX = 5;
const EPSILON = 2;

type Test = (x: number, y: number) => boolean;

interface Frame {
  readonly width: number;
  readonly height: number;
}

export function slowHce(images: ImagePair): number {
  const frame: Frame = images.truth;
  const { p, g } = pixelsOf(images);
  const pick =
    (values: readonly number[], above: number): Test =>
    (x, y) =>
      values[y * frame.width + x] > above;
  const truth = settled(frame, pick(g, 0));
  const prediction = settled(frame, pick(p, 0.5));
  const extra = settled(frame, (x, y) => prediction(x, y) && !truth(x, y));
  const missing = settled(frame, (x, y) => truth(x, y) && !prediction(x, y));
  let core = settled(frame, (x, y) => truth(x, y) || prediction(x, y));
  for (let k = 0; k < RELAX; k++) core = eroded(frame, core);

  const keptExtra = substantial(frame, extra, core, truth);
  const keptMissing = substantial(frame, missing, core, prediction);
  const skeleton = skeletonOf(frame, truth);
  const allMissing = settled(frame, (x, y) => keptMissing(x, y) || (skeleton(x, y) && !prediction(x, y)));
  const stays = settled(frame, (x, y) => (truth(x, y) && prediction(x, y)) || allMissing(x, y));
  const outside = settled(
    frame,
    (x, y) => !((truth(x, y) && prediction(x, y)) || keptExtra(x, y) || allMissing(x, y)),
  );
  return clicks(frame, keptExtra, stays) + clicks(frame, allMissing, outside);
}

/** What of the faulty area reaches into the core, and what can be reached from there in five steps. */
function substantial(frame: Frame, faulty: Test, core: Test, barrier: Test): Test {
  let reached = settled(frame, (x, y) => faulty(x, y) && core(x, y));
  for (let k = 0; k < RELAX; k++) {
    const grown = dilated(frame, reached);
    reached = settled(frame, (x, y) => grown(x, y) && !barrier(x, y));
  }
  return settled(frame, (x, y) => reached(x, y) && faulty(x, y));
}

function clicks(frame: Frame, faulty: Test, condition: Test): number {
  const near = dilated(frame, condition);
  const claimed = new Set<number>();
  let points = 0;
  for (const { points: border } of findContours(packed(frame, faulty))) {
    const stretches: number[][] = [];
    let open = false;
    for (let k = 0; k < border.length; k += 2) {
      const [x, y] = [border[k], border[k + 1]];
      const at = y * frame.width + x;
      if (!near(x, y) || claimed.has(at)) {
        open = false;
        continue;
      }
      claimed.add(at);
      if (!open) stretches.push([]);
      open = true;
      stretches[stretches.length - 1].push(at);
    }
    for (const stretch of joined(frame, stretches)) {
      const flat = Int32Array.from(stretch.flatMap((at) => [at % frame.width, Math.floor(at / frame.width)]));
      points += approxPolyline(flat, EPSILON, false).length / 2;
    }
  }
  return points + components(frame, faulty).filter((part) => !part.some((at) => claimed.has(at))).length;
}

/** The first stretch back to front behind the last, where their ends touch. */
function joined({ width }: Frame, stretches: number[][]): number[][] {
  const [first, ...rest] = stretches;
  const last = rest.pop();
  if (last === undefined) return stretches;
  const [a, b] = [first[0], last[last.length - 1]];
  const touch =
    Math.abs((a % width) - (b % width)) <= 1 && Math.abs(Math.floor(a / width) - Math.floor(b / width)) <= 1;
  return touch ? [...rest, [...last, ...first.toReversed()]] : stretches;
}

function components(frame: Frame, isSet: Test): number[][] {
  const seen = new Set<number>();
  const found: number[][] = [];
  for (let start = 0; start < frame.width * frame.height; start++) {
    const part: number[] = [];
    const pending = [start];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const [x, y] = [at % frame.width, Math.floor(at / frame.width)];
      if (seen.has(at) || !isSet(x, y)) continue;
      seen.add(at);
      part.push(at);
      for (let v = Math.max(0, y - 1); v <= Math.min(frame.height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(frame.width - 1, x + 1); u++) {
          pending.push(v * frame.width + u);
        }
      }
    }
    if (part.length > 0) found.push(part);
  }
  return found;
}

const CROSS = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

function dilated(frame: Frame, isSet: Test): Test {
  return settled(frame, (x, y) => CROSS.some(([dx, dy]) => isSet(x + dx, y + dy)));
}

/** Beyond the border nothing is taken away. */
function eroded(frame: Frame, isSet: Test): Test {
  return settled(frame, (x, y) =>
    CROSS.every(([dx, dy]) => !inside(frame, x + dx, y + dy) || isSet(x + dx, y + dy)),
  );
}

function skeletonOf(frame: Frame, isSet: Test): Test {
  const values = unpackBits(skeletonize(packed(frame, isSet)));
  return (x, y) => values[y * frame.width + x] === 1;
}

function packed(frame: Frame, isSet: Test): BitMask {
  const data = Uint8Array.from({ length: frame.width * frame.height }, (_, at) =>
    isSet(at % frame.width, Math.floor(at / frame.width)) ? 1 : 0,
  );
  return packAtLeast({ width: frame.width, height: frame.height, data }, 1);
}

/** The test's answers for all pixels, looked up from then on; false outside. */
function settled(frame: Frame, isSet: Test): Test {
  const answers = Array.from({ length: frame.width * frame.height }, (_, at) =>
    isSet(at % frame.width, Math.floor(at / frame.width)),
  );
  return (x, y) => inside(frame, x, y) && answers[y * frame.width + x];
}

function inside({ width, height }: Frame, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}
