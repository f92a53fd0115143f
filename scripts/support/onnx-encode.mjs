// Encodes an ONNX model from a plain description: just enough of protobuf and of onnx.proto for models of our own.

/** @typedef {keyof typeof ELEMENT_CODES} OnnxDtype */

/**
 * A constant. `float16` data are the 16 bits of each number. `external` names a file beside the model that would hold
 * the data, which are then left out, or says more of the place, as ONNX does in `external_data`.
 *
 * @typedef {{
 *   readonly name?: string,
 *   readonly dtype: OnnxDtype,
 *   readonly dims: readonly number[],
 *   readonly data: ArrayLike<number>,
 *   readonly external?: string | Readonly<Record<string, string>>,
 * }} TensorDescription
 */

/**
 * An input or output; a text in `shape` is a symbolic dimension, an empty one a dimension left open.
 *
 * @typedef {{
 *   readonly name: string,
 *   readonly dtype: OnnxDtype,
 *   readonly shape: readonly (number | string)[],
 * }} ValueDescription
 */

/**
 * @typedef {{ readonly type: 'int' | 'float', readonly value: number }
 *   | { readonly type: 'string', readonly value: string }
 *   | { readonly type: 'ints' | 'floats', readonly value: readonly number[] }
 *   | { readonly type: 'tensor', readonly value: TensorDescription }
 *   | { readonly type: 'graph', readonly value: GraphDescription }} AttributeDescription
 */

/**
 * An empty name among the inputs leaves an optional one out.
 *
 * @typedef {{
 *   readonly op: string,
 *   readonly domain?: string,
 *   readonly inputs: readonly string[],
 *   readonly outputs: readonly string[],
 *   readonly name?: string,
 *   readonly attributes?: Readonly<Record<string, AttributeDescription>>,
 * }} NodeDescription
 */

/** @typedef {TensorDescription & { readonly name: string }} Initializer */

/**
 * @typedef {{
 *   readonly name?: string,
 *   readonly nodes: readonly NodeDescription[],
 *   readonly initializers?: readonly Initializer[],
 *   readonly inputs: readonly ValueDescription[],
 *   readonly outputs: readonly ValueDescription[],
 * }} GraphDescription
 */

/**
 * `opset` is the version of the standard operators, 17 if not said; `opsets` the versions by domain, where there are
 * more than the standard ones.
 *
 * @typedef {{
 *   readonly opset?: number,
 *   readonly opsets?: Readonly<Record<string, number>>,
 *   readonly irVersion?: number,
 *   readonly producer?: string,
 *   readonly producerVersion?: string,
 *   readonly graph: GraphDescription,
 * }} ModelDescription
 */

const ELEMENT_CODES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** Typed array that holds the data of an element type other than int64; float16 is given as its bits. */
const ARRAYS = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
};

/** Says which kind of number an attribute holds, which JavaScript does not. */
export const attribute = {
  int: (/** @type {number} */ value) => attributeOf({ type: 'int', value }),
  float: (/** @type {number} */ value) => attributeOf({ type: 'float', value }),
  string: (/** @type {string} */ value) => attributeOf({ type: 'string', value }),
  ints: (/** @type {readonly number[]} */ value) => attributeOf({ type: 'ints', value }),
  floats: (/** @type {readonly number[]} */ value) => attributeOf({ type: 'floats', value }),
  tensor: (/** @type {TensorDescription} */ value) => attributeOf({ type: 'tensor', value }),
  graph: (/** @type {GraphDescription} */ value) => attributeOf({ type: 'graph', value }),
};

/**
 * @param {AttributeDescription} description
 * @returns {AttributeDescription}
 */
function attributeOf(description) {
  return description;
}

/**
 * A node of one output or several.
 *
 * @param {string} op
 * @param {readonly string[]} inputs
 * @param {string | readonly string[]} output
 * @param {NodeDescription['attributes']} [attributes]
 * @returns {NodeDescription}
 */
export const node = (op, inputs, output, attributes = {}) => ({
  op,
  inputs,
  outputs: [output].flat(),
  attributes,
});

/**
 * A constant of float32.
 *
 * @param {string} name
 * @param {readonly number[]} dims
 * @param {ArrayLike<number>} data
 * @returns {Initializer}
 */
export const floats = (name, dims, data) => ({ name, dtype: 'float32', dims, data });

/**
 * A list of int64.
 *
 * @param {string} name
 * @param {readonly number[]} data
 * @returns {Initializer}
 */
export const longs = (name, data) => ({ name, dtype: 'int64', dims: [data.length], data });

/**
 * An input or output of float32.
 *
 * @param {string} name
 * @param {readonly (number | string)[]} shape
 * @returns {ValueDescription}
 */
export const floatValue = (name, shape) => ({ name, dtype: 'float32', shape });

/**
 * The bytes of a ModelProto.
 *
 * @param {ModelDescription} model
 */
export function encodeOnnx(model) {
  const opsets = model.opsets ?? { '': model.opset ?? 17 };
  return Buffer.concat([
    varintField(1, model.irVersion ?? 8),
    textField(2, model.producer ?? 'maskbench'),
    textField(3, model.producerVersion ?? '1'),
    bytesField(7, encodeGraph(model.graph)),
    ...Object.entries(opsets).map(([domain, version]) =>
      bytesField(8, Buffer.concat([textField(1, domain), varintField(2, version)])),
    ),
  ]);
}

/**
 * @param {GraphDescription} graph
 * @returns {Buffer}
 */
function encodeGraph(graph) {
  return Buffer.concat([
    ...graph.nodes.map((one) => bytesField(1, encodeNode(one))),
    textField(2, graph.name ?? 'graph'),
    ...(graph.initializers ?? []).map((tensor) => bytesField(5, encodeTensor(tensor))),
    ...graph.inputs.map((value) => bytesField(11, encodeValue(value))),
    ...graph.outputs.map((value) => bytesField(12, encodeValue(value))),
  ]);
}

/** @param {NodeDescription} description */
function encodeNode({ op, domain, inputs, outputs, name = outputs[0], attributes = {} }) {
  return Buffer.concat([
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(3, name),
    textField(4, op),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, encodeAttribute(key, value))),
    ...(domain === undefined ? [] : [textField(7, domain)]),
  ]);
}

/**
 * @param {string} name
 * @param {AttributeDescription} described
 */
function encodeAttribute(name, described) {
  return Buffer.concat([textField(1, name), ...attributeBody(described)]);
}

/** @param {AttributeDescription} described */
function attributeBody({ type, value }) {
  switch (type) {
    case 'float':
      return [floatField(2, value), varintField(20, 1)];
    case 'int':
      return [varintField(3, value), varintField(20, 2)];
    case 'string':
      return [textField(4, value), varintField(20, 3)];
    case 'tensor':
      return [bytesField(5, encodeTensor(value)), varintField(20, 4)];
    case 'graph':
      return [bytesField(6, encodeGraph(value)), varintField(20, 5)];
    case 'floats':
      return [...value.map((item) => floatField(7, item)), varintField(20, 6)];
    case 'ints':
      return [...value.map((item) => varintField(8, item)), varintField(20, 7)];
  }
}

/** @param {TensorDescription} tensor */
function encodeTensor({ name = '', dtype, dims, data, external }) {
  const head = [
    ...dims.map((dim) => varintField(1, dim)),
    varintField(2, ELEMENT_CODES[dtype]),
    textField(8, name),
  ];
  if (external !== undefined) {
    const entries = Object.entries(typeof external === 'string' ? { location: external } : external);
    const place = entries.map(([key, value]) =>
      bytesField(13, Buffer.concat([textField(1, key), textField(2, value)])),
    );
    return Buffer.concat([...head, ...place, varintField(14, 1)]);
  }
  const array = dtype === 'int64' ? BigInt64Array.from(data, BigInt) : ARRAYS[dtype].from(data);
  const expected = dims.reduce((product, dim) => product * dim, 1);
  if (array.length !== expected) {
    throw new RangeError(
      `tensor "${name}" has ${array.length} elements, but its dimensions make ${expected}`,
    );
  }
  return Buffer.concat([
    ...head,
    bytesField(9, Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  ]);
}

/** @param {ValueDescription} value */
function encodeValue({ name, dtype, shape }) {
  const dims = shape.map((dim) =>
    bytesField(
      1,
      typeof dim === 'number' ? varintField(1, dim) : dim === '' ? Buffer.alloc(0) : textField(2, dim),
    ),
  );
  const tensorType = Buffer.concat([
    varintField(1, ELEMENT_CODES[dtype]),
    bytesField(2, Buffer.concat(dims)),
  ]);
  return Buffer.concat([textField(1, name), bytesField(2, bytesField(1, tensorType))]);
}

/** @param {number} value */
function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/**
 * @param {number} number
 * @param {number} value
 */
function varintField(number, value) {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

/**
 * @param {number} number
 * @param {Uint8Array} bytes
 */
function bytesField(number, bytes) {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/**
 * @param {number} number
 * @param {string} text
 */
function textField(number, text) {
  return bytesField(number, Buffer.from(text, 'utf8'));
}

/**
 * @param {number} number
 * @param {number} value
 */
function floatField(number, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((number << 3) | 5), bytes]);
}
