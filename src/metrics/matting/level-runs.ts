/** Horizontal runs of pixels of one level, every pixel of the image in exactly one, in raster order. */
export interface LevelRuns {
  readonly width: number;
  readonly count: number;
  /** Index of each run's first pixel, `y * width + x`; entry `count` is the number of pixels. At least that long. */
  readonly start: Int32Array;
  /** Of each run. At least `count` long. */
  readonly level: Uint8Array;
}

/**
 * The runs of `min(levelOf[a], levelOf[b])` over two images of the same size, row-major, `width` wide.
 *
 * @param levelOf level of each 8-bit value
 */
export function findLevelRuns(a: Uint8Array, b: Uint8Array, width: number, levelOf: Uint8Array): LevelRuns {
  const height = a.length / width;
  let start = new Int32Array(8 * height + width + 1);
  let level = new Uint8Array(start.length);
  let count = 0;
  for (let y = 0, i = 0; y < height; y++) {
    if (count + width >= start.length) {
      start = enlarged(start, new Int32Array(2 * start.length));
      level = enlarged(level, new Uint8Array(2 * level.length));
    }
    let lastA = -1;
    let lastB = -1;
    let current = -1;
    for (const end = i + width; i < end; i++) {
      if (a[i] === lastA && b[i] === lastB) continue;
      lastA = a[i];
      lastB = b[i];
      const lower = Math.min(levelOf[lastA], levelOf[lastB]);
      if (lower === current) continue;
      current = lower;
      start[count] = i;
      level[count++] = lower;
    }
  }
  start[count] = a.length;
  return { width, count, start, level };
}

function enlarged<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
