import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { unreadable } from '../../core/unreadable.js';
import { endsOf, type GraphEnds } from './graph-ends.js';
import { HEAD_BYTES, lookalikeOf } from './lookalike.js';
import { readOnnxModel, type OnnxModel, type OnnxTensor } from './onnx-graph.js';
import { MalformedProtobuf, openProtobuf } from './protobuf-reader.js';

/** How many constants a model holds in one element type. */
interface ParameterCount {
  readonly elements: number;
  readonly bytes: number;
}

/** What `maskbench models inspect` shows of an ONNX file. */
export interface OnnxInspection extends Pick<OnnxModel, 'irVersion' | 'opsets' | 'inputs' | 'outputs'> {
  /** Program that wrote the file, with its version. */
  readonly producer: string;
  /** Nodes by operator, most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  readonly parameters: ParameterCount;
  readonly parametersByDtype: Readonly<Record<string, ParameterCount>>;
  readonly precision: Precision;
  /** Files beside the model that hold its weights. */
  readonly externalFiles: readonly ExternalFile[];
  readonly fileBytes: number;
  /** The operator that each output comes from, looked at through reshapes and casts; and those that the inputs go to. */
  readonly ends: GraphEnds;
}

/** A file that a model's weights are in. */
export interface ExternalFile {
  /** Its path in the model's folder, with forward slashes. */
  readonly location: string;
  /** It has at least so many. */
  readonly bytes: number;
}

/** The element type of nearly all weights; `none` for a model without any. */
type Precision = 'float32' | 'float16' | 'bfloat16' | 'float64' | 'int8' | 'int4' | 'mixed' | 'none';

/**
 * Reads the structure of an ONNX file. Weights are passed over, so a gigabyte takes no longer than a megabyte.
 *
 * @param where what to name in messages in place of the path: where a file came from that has no place yet.
 * @throws MaskbenchError `data.missing`, `model.load` if it is not an ONNX file (it says what it is instead) or was cut
 *   off, `data.unsafe-path` for weights outside the model's folder.
 */
export function inspectOnnx(path: string, where = path): OnnxInspection {
  return reading(path, where, 'all', (model, fileBytes) => {
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
      externalFiles: externalFilesOf(tensors, where),
      fileBytes,
      ends: endsOf(model),
    };
  });
}

/** Only the files that hold its weights, which takes a fraction of the time. @throws MaskbenchError as `inspectOnnx`. */
export function externalFilesIn(path: string, where = path): readonly ExternalFile[] {
  return reading(path, where, 'tensors', ({ tensors }) => externalFilesOf(tensors, where));
}

function reading<T>(
  path: string,
  where: string,
  what: 'all' | 'tensors',
  use: (model: OnnxModel, fileBytes: number) => T,
): T {
  const fd = openModel(path);
  try {
    const fileBytes = fstatSync(fd).size;
    return use(readOnnxModel(openProtobuf(fd, fileBytes), fileBytes, what), fileBytes);
  } catch (cause) {
    if (!(cause instanceof MalformedProtobuf)) throw cause;
    throw explain(cause, fd, where);
  } finally {
    closeSync(fd);
  }
}

/** Why a file is not a model: what it is instead, or how much of it is missing. */
function explain(cause: MalformedProtobuf, fd: number, where: string): MaskbenchError {
  const { size } = fstatSync(fd);
  const head = Buffer.alloc(HEAD_BYTES);
  const found = lookalikeOf(head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0)), size);
  const reason =
    cause.endsAt === undefined ? cause.message : `cut off at ${size} of at least ${cause.endsAt} bytes`;
  return new MaskbenchError(
    'model.load',
    found === undefined ? `not a whole ONNX file: ${reason}` : `not an ONNX model, but ${found.what}`,
    { where, remedy: found?.remedy ?? 'export or fetch it again', cause },
  );
}

/** @throws MaskbenchError `data.unsafe-path` */
function externalFilesOf(tensors: readonly OnnxTensor[], where: string): readonly ExternalFile[] {
  const files = new Map<string, number>();
  for (const { external } of tensors) {
    if (external === undefined) continue;
    const location = posix.normalize(external.location);
    // A backslash parts folders on one system and belongs to the name on another.
    if (/^(\/|\.\.(\/|$)|\.$|[A-Za-z]:)|[\\\0]|\/$/.test(location)) {
      throw new MaskbenchError('data.unsafe-path', `its weights would be in "${external.location}"`, {
        where,
        remedy: "expected a path inside the model's folder, relative to it, with forward slashes",
      });
    }
    files.set(location, Math.max(files.get(location) ?? 0, external.end));
  }
  return [...files].map(([location, bytes]) => ({ location, bytes })).sort(byLocation);
}

function byLocation(a: ExternalFile, b: ExternalFile): number {
  return a.location < b.location ? -1 : 1;
}

function openModel(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw unreadable(path, cause, { what: 'model file' });
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
