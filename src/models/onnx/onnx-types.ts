/** ONNX element types by their number in TensorProto, with the bits that one element takes. */
const ELEMENT_TYPES = {
  1: ['float32', 32],
  2: ['uint8', 8],
  3: ['int8', 8],
  4: ['uint16', 16],
  5: ['int16', 16],
  6: ['int32', 32],
  7: ['int64', 64],
  8: ['string', 0],
  9: ['bool', 8],
  10: ['float16', 16],
  11: ['float64', 64],
  12: ['uint32', 32],
  13: ['uint64', 64],
  14: ['complex64', 64],
  15: ['complex128', 128],
  16: ['bfloat16', 16],
  17: ['float8e4m3fn', 8],
  18: ['float8e4m3fnuz', 8],
  19: ['float8e5m2', 8],
  20: ['float8e5m2fnuz', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
  23: ['float4e2m1', 4],
} as const satisfies Readonly<Record<number, readonly [string, number]>>;

/** Name and width of an element type; a number that this version does not know stays a number. */
export function elementType(code: number): { readonly name: string; readonly bits: number } {
  const known: Readonly<Record<number, readonly [string, number]>> = ELEMENT_TYPES;
  const [name, bits] = known[code] ?? [`type ${code}`, 0];
  return { name, bits };
}
