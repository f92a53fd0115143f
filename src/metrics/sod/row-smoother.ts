import { columnsOfRow, emptyBits, type BitMask } from '../../image/bit-mask.js';

const RADIUS = 3;
const SIGMA = 5;

/** Weights of a normalised 1-D Gaussian at offsets 0..3; the 7 x 7 kernel is the product of two. */
const [K0, K1, K2, K3] = gaussian();

/** Writes into `values` the smoothed field at the pixels wanted of row `y`, of which there are `count`, in `columns`. */
type RowSmoother = (y: number, columns: Int32Array, count: number, values: Float64Array) => void;

/** What is not 0 of row `y` of a field: writes columns and values, and returns how many. */
type SparseRow = (y: number, columns: Int32Array, values: Float64Array) => number;

/**
 * A field of errors smoothed by a 7 x 7 Gaussian (sigma 5), zeros beyond the border, evaluated where it is wanted.
 * Ask row by row, top to bottom: seven rows are kept, each smoothed along itself once, where one of the seven rows
 * around it wants it.
 */
export function createRowSmoother(wanted: BitMask, field: SparseRow): RowSmoother {
  const { width, height, stride, words } = wanted;
  const padded = new Float64Array(width + 2 * RADIUS);
  const columnOf = new Int32Array(width);
  const valueOf = new Float64Array(width);
  const zeros = new Float64Array(width);
  const kept: readonly Float64Array[] = Array.from({ length: 2 * RADIUS + 1 }, () => new Float64Array(width));
  const keptRow = new Int32Array(kept.length).fill(-1);
  const around = emptyBits(width, 1);
  const needed = new Int32Array(width);

  const smoothedRow = (y: number): Float64Array => {
    if (y < 0 || y >= height) return zeros;
    const slot = y % kept.length;
    const row = kept[slot];
    if (keptRow[slot] === y) return row;
    keptRow[slot] = y;
    around.words.fill(0);
    for (let v = Math.max(0, y - RADIUS), last = Math.min(height - 1, y + RADIUS); v <= last; v++) {
      for (let i = 0; i < stride; i++) around.words[i] |= words[v * stride + i];
    }
    const count = columnsOfRow(around, 0, needed);
    const filled = field(y, columnOf, valueOf);
    for (let k = 0; k < filled; k++) padded[columnOf[k] + RADIUS] = valueOf[k];
    for (let k = 0; k < count; k++) {
      const x = needed[k];
      const p = x + RADIUS;
      row[x] =
        K0 * padded[p] +
        K1 * (padded[p - 1] + padded[p + 1]) +
        K2 * (padded[p - 2] + padded[p + 2]) +
        K3 * (padded[p - 3] + padded[p + 3]);
    }
    for (let k = 0; k < filled; k++) padded[columnOf[k] + RADIUS] = 0;
    return row;
  };

  return (y, columns, count, values) => {
    const [a, b, c, d, e, f, g] = [-3, -2, -1, 0, 1, 2, 3].map((dy) => smoothedRow(y + dy));
    for (let k = 0; k < count; k++) {
      const x = columns[k];
      values[k] = K0 * d[x] + K1 * (c[x] + e[x]) + K2 * (b[x] + f[x]) + K3 * (a[x] + g[x]);
    }
  };
}

function gaussian(): readonly [number, number, number, number] {
  const [k0, k1, k2, k3] = [0, 1, 2, 3].map((offset) => Math.exp(-(offset ** 2) / (2 * SIGMA ** 2)));
  const sum = k0 + 2 * (k1 + k2 + k3);
  return [k0 / sum, k1 / sum, k2 / sum, k3 / sum];
}
