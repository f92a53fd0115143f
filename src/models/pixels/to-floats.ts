import { floatsOfHalves } from './float16.js';
import type { OutputTensor, RawData, RawTensor } from './tensor.js';

/**
 * Any numeric output as float32; class numbers and halves are exact in it. Its place is behind the inference: of a map
 * of 1024 x 1024 it takes milliseconds, which are postprocessing.
 */
export function toFloats({ type, dims, data }: RawTensor): OutputTensor {
  return {
    dims,
    data: type === 'float16' && data instanceof Uint16Array ? floatsOfHalves(data) : floatsOf(data),
  };
}

function floatsOf(data: RawData): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return floatsOfLongs(data, new Int32Array(data.buffer, data.byteOffset));
  if (data instanceof BigUint64Array)
    return floatsOfLongs(data, new Uint32Array(data.buffer, data.byteOffset));
  return new Float32Array(data);
}

/** Not by way of `Number(bigint)`, which takes forty times as long. Little-endian, as every machine that ONNX Runtime is built for. */
function floatsOfLongs({ length }: RawData, words: Int32Array | Uint32Array): Float32Array {
  const floats = new Float32Array(length);
  // One rounding to 53 bits and one to 24, as by way of a number.
  for (let i = 0; i < length; i++) floats[i] = words[2 * i + 1] * 2 ** 32 + (words[2 * i] >>> 0);
  return floats;
}
