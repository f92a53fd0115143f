export type OnnxDtype = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'float16' | 'float64';

/** A constant. `float16` data are the 16 bits of each number. */
export interface TensorDescription {
  readonly name?: string;
  readonly dtype: OnnxDtype;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
  /** Name of a file beside the model that would hold the data; `data` is then left out. */
  readonly external?: string;
}

/** An input or output; a text in `shape` is a symbolic dimension, an empty one a dimension left open. */
export interface ValueDescription {
  readonly name: string;
  readonly dtype: OnnxDtype;
  readonly shape: readonly (number | string)[];
}

export type AttributeDescription =
  | { readonly type: 'int' | 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly type: 'tensor'; readonly value: TensorDescription }
  | { readonly type: 'graph'; readonly value: GraphDescription };

export interface NodeDescription {
  readonly op: string;
  readonly domain?: string;
  /** An empty name leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, AttributeDescription>>;
}

export interface GraphDescription {
  readonly name?: string;
  readonly nodes: readonly NodeDescription[];
  readonly initializers?: readonly (TensorDescription & { readonly name: string })[];
  readonly inputs: readonly ValueDescription[];
  readonly outputs: readonly ValueDescription[];
}

export interface ModelDescription {
  /** Version of the standard operators; 17 if not said. */
  readonly opset?: number;
  /** Versions by domain, where there are more than the standard ones. */
  readonly opsets?: Readonly<Record<string, number>>;
  readonly irVersion?: number;
  readonly producer?: string;
  readonly producerVersion?: string;
  readonly graph: GraphDescription;
}

/** Says which kind of number an attribute holds, which JavaScript does not. */
export declare const attribute: {
  readonly int: (value: number) => AttributeDescription;
  readonly float: (value: number) => AttributeDescription;
  readonly string: (value: string) => AttributeDescription;
  readonly ints: (value: readonly number[]) => AttributeDescription;
  readonly floats: (value: readonly number[]) => AttributeDescription;
  readonly tensor: (value: TensorDescription) => AttributeDescription;
  readonly graph: (value: GraphDescription) => AttributeDescription;
};

/** The bytes of a ModelProto. */
export declare function encodeOnnx(model: ModelDescription): Buffer;
