import { growTo, KEPT_BYTES, loadKernel } from './kernel.js';

/** One separable pass of a resize: along the rows it changes the width, along the columns the height. */
export interface Pass {
  readonly along: 'rows' | 'columns';
  /** Size afterwards. */
  readonly count: number;
  /** For each output position a record as resample.wat describes it. */
  readonly table: Int32Array;
  /** Numbers in a record; the weights in it are a multiple of 4. */
  readonly recordLength: number;
}

/** Interleaved 8-bit pixels. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly rows1: RowsPass;
  readonly rows3: RowsPass;
  columns(
    source: number,
    stride: number,
    table: number,
    recordBytes: number,
    count: number,
    target: number,
  ): void;
}

type RowsPass = (
  source: number,
  width: number,
  height: number,
  table: number,
  recordBytes: number,
  count: number,
  target: number,
) => void;

/** What the passes may read and write past the end of their arrays, rounded up. */
const SLACK_BYTES = 16;
/** Rows that are copied in at a time: as much as stays in a core's cache. */
const BAND_BYTES = 262_144;

let kept: Kernel | undefined;

/**
 * Runs passes one after the other, each rounding to 8 bits.
 *
 * @returns a new array of `height * width * channels` bytes at the size that the passes lead to.
 * @throws MaskbenchError `runner.out-of-memory` where pixels and result do not fit into 4 GiB.
 */
export function runPasses(pixels: Pixels, passes: readonly Pass[]): Uint8Array {
  const kernel = (kept ??= loadKernel<Kernel>('resample'));
  try {
    return runIn(kernel, pixels, passes);
  } finally {
    if (kernel.memory.buffer.byteLength > KEPT_BYTES) kept = undefined;
  }
}

function runIn(
  kernel: Kernel,
  { data, width, height, channels }: Pixels,
  passes: readonly Pass[],
): Uint8Array {
  const { memory } = kernel;
  const tooLarge = `a picture of ${width} x ${height} pixels is too large to be resized`;
  let top = 0;
  const reserve = (bytes: number): number => {
    const at = top;
    top = Math.ceil((at + bytes + SLACK_BYTES) / SLACK_BYTES) * SLACK_BYTES;
    growTo(memory, top, tooLarge);
    return at;
  };
  const copyIn = (bytes: Uint8Array, at = reserve(bytes.length)): number => {
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    return at;
  };
  let source: number | undefined;
  for (const { along, count, table, recordLength } of passes) {
    const tableAt = copyIn(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
    const record = recordLength * table.BYTES_PER_ELEMENT;
    if (along === 'columns') {
      source ??= copyIn(data);
      const target = reserve(count * width * channels);
      kernel.columns(source, width * channels, tableAt, record, count, target);
      [source, height] = [target, count];
    } else {
      const rows = channels === 1 ? kernel.rows1 : kernel.rows3;
      const target = reserve(height * count * channels);
      if (source === undefined) {
        const stride = width * channels;
        const bandRows = Math.max(1, Math.floor(BAND_BYTES / stride));
        const band = reserve(Math.min(bandRows, height) * stride);
        for (let y = 0; y < height; y += bandRows) {
          const n = Math.min(bandRows, height - y);
          copyIn(data.subarray(y * stride, (y + n) * stride), band);
          rows(band, width, n, tableAt, record, count, target + y * count * channels);
        }
      } else {
        rows(source, width, height, tableAt, record, count, target);
      }
      [source, width] = [target, count];
    }
  }
  const result =
    source === undefined ? data : new Uint8Array(memory.buffer, source, height * width * channels);
  return result.slice();
}
