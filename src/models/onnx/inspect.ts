import { closeSync, fstatSync, openSync } from 'node:fs';
import { MaskbenchError } from '../../core/errors.js';
import { readOnnxModel, type OnnxTensor, type OnnxValue } from './onnx-graph.js';
import { endsOf, type GraphEnds } from './graph-ends.js';
import { MalformedProtobuf, openProtobuf } from './protobuf-reader.js';

/** How many constants a model holds in one element type. */
interface ParameterCount {
  readonly elements: number;
  readonly bytes: number;
}

/** What `maskbench models inspect` shows of an ONNX file. */
export interface OnnxInspection {
  readonly irVersion: number;
  /** Program that wrote the file, with its version. */
  readonly producer: string;
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Nodes by operator, most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  readonly parameters: ParameterCount;
  readonly parametersByDtype: Readonly<Record<string, ParameterCount>>;
  readonly precision: Precision;
  /** Files beside the model that hold its weights. */
  readonly externalFiles: readonly string[];
  readonly fileBytes: number;
  /** The operator that each output comes from, looked at through reshapes and casts; and those that the inputs go to. */
  readonly ends: GraphEnds;
}

/** The element type of nearly all weights; `none` for a model without any. */
type Precision = 'float32' | 'float16' | 'bfloat16' | 'float64' | 'int8' | 'int4' | 'mixed' | 'none';

/**
 * Reads the structure of an ONNX file. Weights are passed over, so a gigabyte takes no longer than a megabyte.
 *
 * @throws MaskbenchError `data.missing`, or `model.load` if it is not an ONNX file or was cut off.
 */
export function inspectOnnx(path: string): OnnxInspection {
  const fd = openModel(path);
  try {
    const fileBytes = fstatSync(fd).size;
    const model = readOnnxModel(openProtobuf(fd, fileBytes), fileBytes);
    const { irVersion, opsets, inputs, outputs, tensors } = model;
    const byDtype = countByDtype(tensors);
    return {
      irVersion,
      producer: `${model.producer} ${model.producerVersion}`.trim(),
      opsets,
      inputs,
      outputs,
      operators: Object.fromEntries([...model.operators].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
      parameters: sum(Object.values(byDtype)),
      parametersByDtype: byDtype,
      precision: precisionOf(byDtype),
      externalFiles: [...new Set(tensors.flatMap(({ external }) => external ?? []))],
      fileBytes,
      ends: endsOf(model),
    };
  } catch (cause) {
    if (!(cause instanceof MalformedProtobuf)) throw cause;
    throw new MaskbenchError('model.load', `not a whole ONNX file: ${cause.message}`, {
      where: path,
      remedy: 'export or fetch it again',
      cause,
    });
  } finally {
    closeSync(fd);
  }
}

function openModel(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new MaskbenchError('data.missing', 'the model file cannot be opened', { where: path, cause });
  }
}

function countByDtype(tensors: readonly OnnxTensor[]): Readonly<Record<string, ParameterCount>> {
  const counts: Record<string, ParameterCount> = {};
  for (const { dtype, elements, bytes } of tensors) {
    counts[dtype] = sum([counts[dtype] ?? { elements: 0, bytes: 0 }, { elements, bytes }]);
  }
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b.bytes - a.bytes));
}

function sum(counts: readonly ParameterCount[]): ParameterCount {
  return counts.reduce((a, b) => ({ elements: a.elements + b.elements, bytes: a.bytes + b.bytes }), {
    elements: 0,
    bytes: 0,
  });
}

const CLASSES: Readonly<Record<string, Precision>> = {
  float32: 'float32',
  float16: 'float16',
  bfloat16: 'bfloat16',
  float64: 'float64',
  int8: 'int8',
  uint8: 'int8',
  int4: 'int4',
  uint4: 'int4',
};
const NEARLY_ALL = 0.95;

/** Shapes and indices (int64 and the like) are no weights; scales and biases of a quantised model are few. */
function precisionOf(byDtype: Readonly<Record<string, ParameterCount>>): Precision {
  const elements = new Map<Precision, number>();
  for (const [dtype, count] of Object.entries(byDtype)) {
    const name = CLASSES[dtype];
    if (name !== undefined) elements.set(name, (elements.get(name) ?? 0) + count.elements);
  }
  const total = [...elements.values()].reduce((a, b) => a + b, 0);
  if (total === 0) return 'none';
  for (const [name, count] of elements) if (count >= NEARLY_ALL * total) return name;
  return 'mixed';
}
