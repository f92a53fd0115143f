import type { BitMask } from './bit-mask.js';
import { growTo, KEPT_BYTES, loadKernel } from './kernel.js';

interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly and: Combine;
  readonly andNot: Combine;
  readonly or: Combine;
  grow(from: number, allowed: number, to: number, bytes: number, rowBytes: number): void;
}

type Combine = (a: number, b: number, to: number, bytes: number) => void;

/** A mask in the kernel's memory; there as long as the work that it was made for. */
export interface Plane {
  readonly at: number;
}

/** Work on masks of one size, 128 pixels at a time. No operation changes the planes that it is given, but `addShifted` its first. */
export interface Planes {
  /** Every pixel of the image. */
  readonly all: Plane;
  put(mask: BitMask): Plane;
  take(plane: Plane): BitMask;
  and(a: Plane, b: Plane): Plane;
  or(a: Plane, b: Plane): Plane;
  /** a AND NOT b. */
  andNot(a: Plane, b: Plane): Plane;
  /** Dilation by the 3 x 3 cross, `steps` times over, of which after each only the pixels of `allowed` are kept. */
  grow(seed: Plane, allowed: Plane, steps: number): Plane;
  /** Likewise by a pixel to the left and to the right alone. */
  widen(seed: Plane, steps: number): Plane;
  /** Adds to `into` the mask moved up and moved down by so many rows; moved by as many as there are, none of it is left. */
  addShifted(into: Plane, plane: Plane, rows: number): void;
}

let kept: Kernel | undefined;
/** Where the memory in use ends: work may call for other work, which then uses what lies above. */
let top = 0;

/**
 * Gives `work` room for masks of the size of `frame`, and the room back once it is done.
 *
 * @throws MaskbenchError `runner.out-of-memory` where its planes do not fit into 4 GiB.
 */
export function withPlanes<T>(frame: BitMask, work: (planes: Planes) => T): T {
  const kernel = (kept ??= loadKernel<Kernel>('bits'));
  const floor = top;
  try {
    return work(planesOf(kernel, frame));
  } finally {
    top = floor;
    if (floor === 0 && kernel.memory.buffer.byteLength > KEPT_BYTES) kept = undefined;
  }
}

function planesOf(kernel: Kernel, { width, height, stride }: BitMask): Planes {
  const { memory } = kernel;
  // A word more than in a BitMask where the width leaves no bit to spare, so that no pixel has a neighbour in another row.
  const rowWords = (width >> 5) + 1;
  const rowBytes = 4 * rowWords;
  const words = rowWords * height;
  const bytes = 4 * words;
  // Zeros before and after, for what the first and the last row read beyond the image.
  const margin = Math.ceil((rowBytes + 32) / 16) * 16;

  const reserve = (): Plane => {
    const at = top + margin;
    top = Math.ceil((at + bytes + margin) / 16) * 16;
    growTo(memory, top, `a mask of ${width} x ${height} pixels is too large to be scored`);
    const fresh = new Uint8Array(memory.buffer);
    fresh.fill(0, at - margin, at);
    fresh.fill(0, at + bytes, top);
    return { at };
  };
  const wordsOf = ({ at }: Plane): Int32Array => new Int32Array(memory.buffer, at, words);
  const combine =
    (by: Combine) =>
    (a: Plane, b: Plane): Plane => {
      const to = reserve();
      by(a.at, b.at, to.at, bytes);
      return to;
    };

  const all = reserve();
  wordsOf(all).fill(-1);
  for (let y = 1, view = wordsOf(all); y <= height; y++) view[y * rowWords - 1] = (1 << (width & 31)) - 1;
  let spare: Plane | undefined;

  /** Step by step from one plane into another and back, so that the last step ends in the plane returned. */
  const repeat = (seed: Plane, allowed: Plane, steps: number, reach: number): Plane => {
    if (steps === 0) return seed;
    const result = reserve();
    spare ??= reserve();
    let from = seed;
    for (let left = steps; left > 0; left--) {
      const to = left % 2 === 1 ? result : spare;
      kernel.grow(from.at, allowed.at, to.at, bytes, reach);
      from = to;
    }
    return result;
  };

  return {
    all,
    put(mask) {
      const plane = reserve();
      const view = wordsOf(plane);
      if (stride === rowWords) view.set(mask.words);
      else {
        for (let y = 0, i = 0, to = 0; y < height; y++) {
          for (let column = 0; column < stride; column++) view[to++] = mask.words[i++];
          view[to++] = 0;
        }
      }
      return plane;
    },
    take(plane) {
      const view = wordsOf(plane);
      if (stride === rowWords) return { width, height, stride, words: view.slice() };
      const taken = new Int32Array(stride * height);
      for (let y = 0, i = 0, from = 0; y < height; y++, from++) {
        for (let column = 0; column < stride; column++) taken[i++] = view[from++];
      }
      return { width, height, stride, words: taken };
    },
    and: combine(kernel.and),
    or: combine(kernel.or),
    andNot: combine(kernel.andNot),
    grow: (seed, allowed, steps) => repeat(seed, allowed, steps, rowBytes),
    widen: (seed, steps) => repeat(seed, all, steps, 0),
    addShifted(into, plane, rows) {
      if (rows >= height) return;
      const shift = rows * rowBytes;
      kernel.or(into.at, plane.at + shift, into.at, bytes - shift);
      // Whole vectors up to the last byte: those that are too many lie before, where there are zeros.
      const early = (shift - bytes) & 15;
      kernel.or(into.at + shift - early, plane.at - early, into.at + shift - early, bytes - shift + early);
    },
  };
}
