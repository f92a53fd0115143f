// What a network gives that is not float32 becomes numbers after the inference: how long that takes, one thread, against value
// by value, as it was once done within the inference that is timed. The results must be equal to the bit.
//
//   node bench/outputs.mjs
import { fromFloat16Bits } from '../dist/models/pixels/float16.js';
import { toFloats } from '../dist/models/pixels/to-floats.js';
import { timed } from './support/clock.mjs';
import { ms, printMachine, printTable, times, verdict } from './support/print.mjs';

/** @import { RawTensor } from '../dist/models/pixels/tensor.js' */

/** A map of 1024 x 1024, as IS-Net and BiRefNet give. */
const SIDE = 1024;
/** At most so long as value by value. */
const BAR = 0.5;

const length = SIDE ** 2;
const dims = [1, 1, SIDE, SIDE];
/** @type {RawTensor[]} */
const outputs = [
  { type: 'float16', dims, data: Uint16Array.from({ length }, (_, i) => 0x3000 + (i % 0x0c00)) },
  { type: 'int64', dims, data: BigInt64Array.from({ length }, (_, i) => BigInt(i % 21)) },
  { type: 'uint8', dims, data: Uint8Array.from({ length }, (_, i) => i % 256) },
];

/** @param {RawTensor} output */
function valueByValue({ type, data }) {
  return type === 'float16'
    ? Float32Array.from(/** @type {Uint16Array} */ (data), fromFloat16Bits)
    : Float32Array.from(/** @type {ArrayLike<number>} */ (data), Number);
}

printMachine();
const rows = outputs.map((output) => {
  const [ours, theirs] = [toFloats(output).data, valueByValue(output)];
  if (Buffer.compare(Buffer.from(ours.buffer), Buffer.from(theirs.buffer)) !== 0) {
    throw new Error(`${output.type}: other numbers than value by value`);
  }
  const now = timed(() => toFloats(output));
  const before = timed(() => valueByValue(output));
  const holds = now <= BAR * before;
  if (!holds) process.exitCode = 1;
  return [output.type, ms(before), ms(now), times(now / before), verdict(holds)];
});
printTable([['1024 x 1024', 'value by value, ms', 'now, ms', 'ratio', `bar ${BAR}`], ...rows]);
