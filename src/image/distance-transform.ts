import { borrowInt32 } from './buffer-lease.js';
import type { GrayImage } from './raster.js';

/** For every pixel, the foreground pixel that is nearest to it. Both arrays are height x width, row-major. */
export interface NearestForeground {
  /** Index of the nearest foreground pixel, `y * width + x`; a foreground pixel's own; -1 if there is none at all. */
  readonly nearest: Int32Array;
  /** Squared Euclidean distance to it, in pixels; 0 on the foreground; -1 if there is none at all. */
  readonly squaredDistance: Int32Array;
}

/**
 * Exact Euclidean distance transform to the pixels that are `>= cut`, with the pixel that gives it.
 *
 * Two passes (Meijster, Roerdink & Hesselink 2000; Felzenszwalb & Huttenlocher 2012): down and up the columns, then
 * along each row the lower envelope of parabolas. Among foreground pixels at the same distance the one in the
 * leftmost column is taken, in that column the topmost, which is the choice of scipy's `distance_transform_edt`.
 * Linear in the number of pixels. Both arrays are borrowed where a lease is on. Squared distances must fit 31 bits: sides up to 32,767 pixels.
 */
export function nearestForeground({ width, height, data }: GrayImage, cut: number): NearestForeground {
  const rowOfNearest = nearestInColumn(width, height, data, cut);
  const squaredDistance = borrowInt32(width * height);
  const envelope: Envelope = {
    columns: new Int32Array(width + 1),
    heights: new Float64Array(width + 1),
    sites: new Int32Array(width + 1),
    starts: new Int32Array(width + 1),
  };
  for (let y = 0; y < height; y++) {
    const row = rowOfNearest.subarray(y * width, (y + 1) * width);
    const distances = squaredDistance.subarray(y * width, (y + 1) * width);
    // Between two foreground pixels of a row nothing beyond them is nearer, so every gap stands alone.
    for (let x = 0; x < width;) {
      if (row[x] === y) {
        row[x] = y * width + x;
        distances[x] = 0;
        x++;
        continue;
      }
      let end = x;
      while (end < width && row[end] !== y) end++;
      fillGap(row, distances, y, x, end, envelope);
      x = end;
    }
  }
  return { nearest: rowOfNearest, squaredDistance };
}

/** The row of the nearest foreground pixel of the same column, the upper one of two; -1 in a column without any. */
function nearestInColumn(width: number, height: number, data: Uint8Array, cut: number): Int32Array {
  const rows = borrowInt32(width * height);
  const last = new Int32Array(width).fill(-1);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] >= cut) last[x] = y;
      rows[i] = last[x];
    }
  }
  last.fill(-1);
  for (let y = height - 1; y >= 0; y--) {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const above = rows[i];
      if (above === y) last[x] = y;
      else if (last[x] >= 0 && (above < 0 || last[x] - y < y - above)) rows[i] = last[x];
    }
  }
  return rows;
}

/** The parabolas of the lower envelope, left to right; `top` counts them from 0. */
interface Envelope {
  /** Column of the vertex. */
  readonly columns: Int32Array;
  /** Height of the vertex: the squared distance along the column. */
  readonly heights: Float64Array;
  /** Index of the foreground pixel that the parabola stands for. */
  readonly sites: Int32Array;
  /** The first column in which the parabola is the lowest. */
  readonly starts: Int32Array;
}

/**
 * Fills columns `from .. to - 1` of row `y`, none of them foreground; the foreground pixels beside the gap take part.
 * On entry `row` holds each column's nearest row (or -1), on return the index of the nearest pixel.
 */
function fillGap(
  row: Int32Array,
  distances: Int32Array,
  y: number,
  from: number,
  to: number,
  envelope: Envelope,
): void {
  const width = row.length;
  const { columns, heights, sites, starts } = envelope;
  let top = -1;
  if (from > 0) {
    top = 0;
    columns[0] = from - 1;
    heights[0] = 0;
    sites[0] = y * width + from - 1;
    starts[0] = from;
  }
  const lastColumn = to < width ? to : width - 1;
  for (let x = from; x <= lastColumn; x++) {
    const nearestRow = row[x];
    if (nearestRow < 0) continue;
    const height = (nearestRow - y) * (nearestRow - y);
    let start = from;
    for (; top >= 0; top--) {
      // The first column where the new parabola is strictly lower: on a tie the one further left stays.
      const u = columns[top];
      start = Math.floor((x * x - u * u + height - heights[top]) / (2 * (x - u))) + 1;
      if (start > starts[top]) break;
    }
    if (top < 0) start = from;
    if (start >= to) continue;
    top++;
    columns[top] = x;
    heights[top] = height;
    sites[top] = nearestRow * width + x;
    starts[top] = start;
  }
  if (top < 0) {
    row.fill(-1, from, to);
    distances.fill(-1, from, to);
    return;
  }
  for (let end = to; top >= 0; top--) {
    const column = columns[top];
    const height = heights[top];
    const site = sites[top];
    for (let x = starts[top]; x < end; x++) {
      row[x] = site;
      distances[x] = (x - column) * (x - column) + height;
    }
    end = starts[top];
  }
}
