// Encodes an ONNX model from a plain description: just enough of protobuf and of onnx.proto for models of our own.
// Types: onnx-encode.d.mts.

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

/** Typed array that holds the data of an element type; float16 is given as its bits. */
const ARRAYS = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
};

export const attribute = {
  int: (value) => ({ type: 'int', value }),
  float: (value) => ({ type: 'float', value }),
  string: (value) => ({ type: 'string', value }),
  ints: (value) => ({ type: 'ints', value }),
  floats: (value) => ({ type: 'floats', value }),
  tensor: (value) => ({ type: 'tensor', value }),
  graph: (value) => ({ type: 'graph', value }),
};

/** The bytes of a ModelProto. */
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

function encodeGraph(graph) {
  return Buffer.concat([
    ...graph.nodes.map((node) => bytesField(1, encodeNode(node))),
    textField(2, graph.name ?? 'graph'),
    ...(graph.initializers ?? []).map((tensor) => bytesField(5, encodeTensor(tensor))),
    ...graph.inputs.map((value) => bytesField(11, encodeValue(value))),
    ...graph.outputs.map((value) => bytesField(12, encodeValue(value))),
  ]);
}

function encodeNode(node) {
  return Buffer.concat([
    ...node.inputs.map((name) => textField(1, name)),
    ...node.outputs.map((name) => textField(2, name)),
    textField(3, node.name ?? node.outputs[0]),
    textField(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      bytesField(5, encodeAttribute(name, value)),
    ),
    ...(node.domain === undefined ? [] : [textField(7, node.domain)]),
  ]);
}

function encodeAttribute(name, { type, value }) {
  const body = {
    float: () => [floatField(2, value), varintField(20, 1)],
    int: () => [varintField(3, value), varintField(20, 2)],
    string: () => [textField(4, value), varintField(20, 3)],
    tensor: () => [bytesField(5, encodeTensor(value)), varintField(20, 4)],
    graph: () => [bytesField(6, encodeGraph(value)), varintField(20, 5)],
    floats: () => [...value.map((item) => floatField(7, item)), varintField(20, 6)],
    ints: () => [...value.map((item) => varintField(8, item)), varintField(20, 7)],
  }[type];
  return Buffer.concat([textField(1, name), ...body()]);
}

function encodeTensor({ name = '', dtype, dims, data, external }) {
  const head = [
    ...dims.map((dim) => varintField(1, dim)),
    varintField(2, ELEMENT_CODES[dtype]),
    textField(8, name),
  ];
  if (external !== undefined) {
    const location = Buffer.concat([textField(1, 'location'), textField(2, external)]);
    return Buffer.concat([...head, bytesField(13, location), varintField(14, 1)]);
  }
  const ArrayType = ARRAYS[dtype];
  const convert = dtype === 'int64' ? (value) => BigInt(value) : (value) => value;
  const array = ArrayType.from(data, convert);
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

function varintField(number, value) {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

function bytesField(number, bytes) {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function textField(number, text) {
  return bytesField(number, Buffer.from(text, 'utf8'));
}

function floatField(number, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((number << 3) | 5), bytes]);
}
