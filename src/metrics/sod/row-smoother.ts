import { columnsOfRow, emptyBits, type BitMask } from '../../image/bit-mask.js';

const RADIUS = 3;
const SIGMA = 5;

/** Weights of a normalised 1-D Gaussian at offsets 0..3; the 7 x 7 kernel is the product of two. */
const [K0, K1, K2, K3] = gaussian();

/** What is not 0 of row `y` of a field: writes columns and values, and returns how many. */
type SparseRow<Field> = (field: Field, y: number, columns: Int32Array, values: Float64Array) => number;

/**
 * A field of errors smoothed by a 7 x 7 Gaussian (sigma 5), zeros beyond the border, evaluated where it is wanted.
 * Ask row by row, top to bottom: seven rows are kept, each smoothed along itself once, where one of the seven rows
 * around it wants it.
 */
export function createRowSmoother<Field>(
  wanted: BitMask,
  field: Field,
  rowOf: SparseRow<Field>,
): RowSmoother<Field> {
  const { width } = wanted;
  const kept = Array.from({ length: 2 * RADIUS + 1 }, () => new Float64Array(width));
  return {
    wanted,
    field,
    rowOf,
    padded: new Float64Array(width + 2 * RADIUS),
    columnOf: new Int32Array(width),
    valueOf: new Float64Array(width),
    zeros: new Float64Array(width),
    kept,
    keptRow: new Int32Array(kept.length).fill(-1),
    around: emptyBits(width, 1),
    needed: new Int32Array(width),
  };
}

/**
 * What a smoother remembers. The functions that work on it are the module's, and so must `rowOf` be one of a module: the
 * engine drops machine code together with the last function object that has it, or that is inlined in it.
 */
interface RowSmoother<Field> {
  readonly wanted: BitMask;
  readonly field: Field;
  readonly rowOf: SparseRow<Field>;
  /** One row of the field; zeros but while it is smoothed. */
  readonly padded: Float64Array;
  readonly columnOf: Int32Array;
  readonly valueOf: Float64Array;
  readonly zeros: Float64Array;
  readonly kept: readonly Float64Array[];
  readonly keptRow: Int32Array;
  readonly around: BitMask;
  readonly needed: Int32Array;
}

/** Writes into `values` the smoothed field at the pixels wanted of row `y`, of which there are `count`, in `columns`. */
export function smoothRow<Field>(
  smoother: RowSmoother<Field>,
  y: number,
  columns: Int32Array,
  count: number,
  values: Float64Array,
): void {
  const [a, b, c] = [
    smoothedRow(smoother, y - 3),
    smoothedRow(smoother, y - 2),
    smoothedRow(smoother, y - 1),
  ];
  const d = smoothedRow(smoother, y);
  const [e, f, g] = [
    smoothedRow(smoother, y + 1),
    smoothedRow(smoother, y + 2),
    smoothedRow(smoother, y + 3),
  ];
  for (let k = 0; k < count; k++) {
    const x = columns[k];
    values[k] = K0 * d[x] + K1 * (c[x] + e[x]) + K2 * (b[x] + f[x]) + K3 * (a[x] + g[x]);
  }
}

function smoothedRow<Field>(smoother: RowSmoother<Field>, y: number): Float64Array {
  const { wanted, field, rowOf, padded, columnOf, valueOf, zeros, kept, keptRow, around, needed } = smoother;
  const { height, stride, words } = wanted;
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
  const filled = rowOf(field, y, columnOf, valueOf);
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
}

function gaussian(): readonly [number, number, number, number] {
  const [k0, k1, k2, k3] = [0, 1, 2, 3].map((offset) => Math.exp(-(offset ** 2) / (2 * SIGMA ** 2)));
  const sum = k0 + 2 * (k1 + k2 + k3);
  return [k0 / sum, k1 / sum, k2 / sum, k3 / sum];
}
