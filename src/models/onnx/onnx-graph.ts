import { elementType } from './onnx-types.js';
import { MalformedProtobuf, numberOf, spanOf, type ProtobufReader, type Span } from './protobuf-reader.js';

/** A dimension: a number, the name of a symbolic one, or nothing where the model does not say. */
type Dimension = number | string | undefined;

export interface OnnxValue {
  readonly name: string;
  readonly dtype: string;
  /** Undefined where the model does not even state the rank. */
  readonly shape: readonly Dimension[] | undefined;
}

/** A constant of the model: an initializer, or the value of a Constant node, without its data. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: string;
  readonly elements: number;
  readonly bytes: number;
  /** Where the data are, if they are not in the model itself. */
  readonly external: ExternalPart | undefined;
}

/** A stretch of a file beside the model. */
interface ExternalPart {
  /** As the model has it: a path relative to the model's folder. */
  readonly location: string;
  /** Of the first byte behind the stretch. */
  readonly end: number;
}

/** The structure of an ONNX model. Nodes and constants of inner graphs (If, Loop, functions) are included. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** `Conv`, or `com.microsoft.QLinearAdd` outside the standard domain -> how many nodes. */
  readonly operators: ReadonlyMap<string, number>;
  readonly tensors: readonly OnnxTensor[];
  /** The nodes of the main graph, in order. */
  readonly nodes: readonly OnnxNode[];
}

/** An operator, and the names of the values that it reads and writes. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

interface Collected {
  readonly operators: Map<string, number>;
  readonly tensors: OnnxTensor[];
  readonly nodes: OnnxNode[];
  readonly what: 'all' | 'tensors';
}

const DEEPEST = 64;

/**
 * Reads a ModelProto; the field numbers are those of onnx.proto.
 *
 * @param what `tensors`: without operators and nodes, whose names are most of the work
 */
export function readOnnxModel(
  reader: ProtobufReader,
  fileBytes: number,
  what: 'all' | 'tensors' = 'all',
): OnnxModel {
  const collected: Collected = { operators: new Map(), tensors: [], nodes: [], what };
  const opsets: Record<string, number> = {};
  let irVersion = 0;
  let producer = '';
  let producerVersion = '';
  let graph: { inputs: readonly OnnxValue[]; outputs: readonly OnnxValue[] } | undefined;
  for (const field of reader.fields({ start: 0, end: fileBytes })) {
    if (field.number === 1) irVersion = numberOf(field);
    else if (field.number === 2) producer = reader.text(spanOf(field));
    else if (field.number === 3) producerVersion = reader.text(spanOf(field));
    else if (field.number === 7) graph = readGraph(reader, spanOf(field), collected, 0);
    else if (field.number === 8) readOpset(reader, spanOf(field), opsets);
    else if (field.number === 25) readFunction(reader, spanOf(field), collected);
  }
  if (graph === undefined) throw new MalformedProtobuf('there is no graph in it');
  // Opsets come behind the graph: where they are missing, so is the rest of the file.
  if (irVersion === 0 || Object.keys(opsets).length === 0 || graph.outputs.length === 0) {
    throw new MalformedProtobuf('it lacks its version, its operator sets or its outputs');
  }
  const { operators, tensors, nodes } = collected;
  return { irVersion, producer, producerVersion, opsets, ...graph, operators, tensors, nodes };
}

function readGraph(
  reader: ProtobufReader,
  span: Span,
  collected: Collected,
  depth: number,
): { inputs: readonly OnnxValue[]; outputs: readonly OnnxValue[] } {
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers = new Set<string>();
  for (const field of reader.fields(span)) {
    if (field.number === 1) {
      const node = readNode(reader, spanOf(field), collected, depth);
      if (depth === 0 && node !== undefined) collected.nodes.push(node);
    } else if (field.number === 5) {
      const tensor = readTensor(reader, spanOf(field));
      initializers.add(tensor.name);
      collected.tensors.push(tensor);
    } else if (field.number === 11) inputs.push(readValue(reader, spanOf(field)));
    else if (field.number === 12) outputs.push(readValue(reader, spanOf(field)));
    else if (field.number === 15) readSparse(reader, spanOf(field), collected, initializers);
  }
  // Before IR version 4 every initializer was an input as well.
  return { inputs: inputs.filter(({ name }) => !initializers.has(name)), outputs };
}

function readFunction(reader: ProtobufReader, span: Span, collected: Collected): void {
  for (const field of reader.fields(span)) {
    if (field.number === 7) readNode(reader, spanOf(field), collected, 0);
  }
}

/** Undefined where only tensors are wanted. */
function readNode(
  reader: ProtobufReader,
  span: Span,
  collected: Collected,
  depth: number,
): OnnxNode | undefined {
  let type = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const field of reader.fields(span)) {
    if (field.number === 5) readAttribute(reader, spanOf(field), collected, depth);
    else if (collected.what === 'tensors') continue;
    else if (field.number === 1) inputs.push(reader.text(spanOf(field)));
    else if (field.number === 2) outputs.push(reader.text(spanOf(field)));
    else if (field.number === 4) type = reader.text(spanOf(field));
    else if (field.number === 7) domain = reader.text(spanOf(field));
  }
  if (collected.what === 'tensors') return undefined;
  const op = domain === '' || domain === 'ai.onnx' ? type : `${domain}.${type}`;
  collected.operators.set(op, (collected.operators.get(op) ?? 0) + 1);
  return { op, inputs, outputs };
}

function readAttribute(reader: ProtobufReader, span: Span, collected: Collected, depth: number): void {
  for (const field of reader.fields(span)) {
    if (field.number === 5 || field.number === 10) collected.tensors.push(readTensor(reader, spanOf(field)));
    else if (field.number === 6 || field.number === 11) {
      if (depth >= DEEPEST) throw new MalformedProtobuf('graphs are nested too deeply');
      readGraph(reader, spanOf(field), collected, depth + 1);
    }
  }
}

function readTensor(reader: ProtobufReader, span: Span): OnnxTensor {
  let name = '';
  let elements = 1;
  let dtype = elementType(0);
  let isExternal = false;
  const entries: Record<string, string> = {};
  for (const field of reader.fields(span)) {
    if (field.number === 1) {
      const dims = field.wire === 'varint' ? [field.value] : reader.varints(spanOf(field));
      for (const dim of dims) elements *= dim;
    } else if (field.number === 2) dtype = elementType(numberOf(field));
    else if (field.number === 8) name = reader.text(spanOf(field));
    else if (field.number === 13) {
      const { key, value } = readEntry(reader, spanOf(field));
      entries[key] = value;
    } else if (field.number === 14) isExternal = numberOf(field) === 1;
  }
  const bytes = Math.ceil((elements * dtype.bits) / 8);
  const external = isExternal ? externalPart(name, entries, bytes) : undefined;
  return { name, dtype: dtype.name, elements, bytes, external };
}

function externalPart(
  tensor: string,
  { location, offset = '0', length }: Readonly<Record<string, string | undefined>>,
  bytes: number,
): ExternalPart {
  if (location === undefined) throw new MalformedProtobuf(`it does not say in which file "${tensor}" is`);
  const end = Number(offset) + Number(length ?? bytes);
  if (!Number.isSafeInteger(end)) throw new MalformedProtobuf(`it does not say where "${tensor}" is`);
  return { location, end };
}

/** A sparse initializer counts with the values that it stores; their places may lie in a file, too. */
function readSparse(reader: ProtobufReader, span: Span, collected: Collected, names: Set<string>): void {
  for (const field of reader.fields(span)) {
    if (field.number !== 1 && field.number !== 2) continue;
    const tensor = readTensor(reader, spanOf(field));
    if (field.number === 1) names.add(tensor.name);
    if (field.number === 1 || tensor.external !== undefined) collected.tensors.push(tensor);
  }
}

function readValue(reader: ProtobufReader, span: Span): OnnxValue {
  let name = '';
  let type: { dtype: string; shape: readonly Dimension[] | undefined } = {
    dtype: 'unknown',
    shape: undefined,
  };
  for (const field of reader.fields(span)) {
    if (field.number === 1) name = reader.text(spanOf(field));
    else if (field.number === 2) {
      for (const kind of reader.fields(spanOf(field))) {
        if (kind.number === 1) type = readTensorType(reader, spanOf(kind));
        else if (kind.number === 4) type = { dtype: 'sequence', shape: undefined };
        else if (kind.number === 5) type = { dtype: 'map', shape: undefined };
      }
    }
  }
  return { name, ...type };
}

function readTensorType(
  reader: ProtobufReader,
  span: Span,
): { dtype: string; shape: readonly Dimension[] | undefined } {
  let dtype = elementType(0).name;
  let shape: Dimension[] | undefined;
  for (const field of reader.fields(span)) {
    if (field.number === 1) dtype = elementType(numberOf(field)).name;
    else if (field.number === 2) {
      shape = [];
      for (const dim of reader.fields(spanOf(field))) {
        if (dim.number === 1) shape.push(readDimension(reader, spanOf(dim)));
      }
    }
  }
  return { dtype, shape };
}

function readDimension(reader: ProtobufReader, span: Span): Dimension {
  for (const field of reader.fields(span)) {
    if (field.number === 1) return numberOf(field);
    if (field.number === 2) return reader.text(spanOf(field));
  }
  return undefined;
}

function readOpset(reader: ProtobufReader, span: Span, opsets: Record<string, number>): void {
  let domain = '';
  let version = 0;
  for (const field of reader.fields(span)) {
    if (field.number === 1) domain = reader.text(spanOf(field));
    else if (field.number === 2) version = numberOf(field);
  }
  opsets[domain === '' ? 'ai.onnx' : domain] = version;
}

function readEntry(reader: ProtobufReader, span: Span): { key: string; value: string } {
  let key = '';
  let value = '';
  for (const field of reader.fields(span)) {
    if (field.number === 1) key = reader.text(spanOf(field));
    else if (field.number === 2) value = reader.text(spanOf(field));
  }
  return { key, value };
}
