/** Element types that a network can be fed. `float16` travels as the 16 bits of each number. */
export const INPUT_TYPES = ['float32', 'float16', 'uint8'] as const;
export type InputType = (typeof INPUT_TYPES)[number];

export type TensorData = Float32Array | Uint16Array | Uint8Array;

/** What a network is fed: values row-major, `Uint16Array` for float16. */
export interface Tensor {
  readonly type: InputType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** A raw output of a network as its runtime gave it: `float16` as the 16 bits of each number, or as numbers where JavaScript has them. */
export interface RawTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: RawData;
}

export type RawData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A raw output of a network, whatever its element type was, as float32: `dims` as the runtime names them. */
export interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
