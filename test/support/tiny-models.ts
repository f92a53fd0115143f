import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { slowGraph } from '../../bench/support/slow-model.mjs';
import { attribute, writeOnnx, type ModelDescription, type NodeDescription } from './onnx-builder.js';

/** Side of the square input of every tiny model. */
export const TINY_SIDE = 64;

type Graph = ModelDescription['graph'];

/** A node of one output. */
export const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: NodeDescription['attributes'] = {},
): NodeDescription => ({ op, inputs, outputs: [output], attributes });
/** A constant of one number. */
export const number = (name: string, value: number) => ({
  name,
  dtype: 'float32' as const,
  dims: [],
  data: [value],
});
const meanOverChannels = (input: string): NodeDescription =>
  node('ReduceMean', [input], 'map', { axes: attribute.ints([1]), keepdims: attribute.int(1) });

const image = { name: 'image', dtype: 'float32' as const, shape: [1, 3, TINY_SIDE, TINY_SIDE] };
const map = { name: 'map', dtype: 'float32' as const, shape: [1, 1, TINY_SIDE, TINY_SIDE] };
const oneMap = (
  nodes: readonly NodeDescription[],
  initializers: NonNullable<Graph['initializers']> = [],
): Graph => ({ inputs: [image], outputs: [map], nodes, initializers });

/** The brightness of the picture. */
const luma = oneMap([meanOverChannels('image')]);

/** The darkness of the picture: wrong wherever `luma` is right. */
const inverse = oneMap(
  [
    node('ReduceMean', ['image'], 'mean', { axes: attribute.ints([1]), keepdims: attribute.int(1) }),
    node('Sub', ['one', 'mean'], 'map'),
  ],
  [number('one', 1)],
);

/** 0 / 0 for every pixel. */
const notANumber = oneMap(
  [
    node('Mul', ['image', 'zero'], 'nothing'),
    node('Div', ['nothing', 'nothing'], 'quotient'),
    meanOverChannels('quotient'),
  ],
  [number('zero', 0)],
);

/** 0 for every pixel. */
const constant = oneMap(
  [node('Mul', ['image', 'zero'], 'nothing'), meanOverChannels('nothing')],
  [number('zero', 0)],
);

/** NaN for pictures whose mean is below a half (of the values fed), the brightness for the others. */
const nanWhenDark = oneMap(
  [
    node('ReduceMean', ['image'], 'mean', { keepdims: attribute.int(1) }),
    node('Sub', ['mean', 'half'], 'above'),
    node('Sqrt', ['above'], 'root'),
    node('Mul', ['root', 'zero'], 'nothing'),
    node('Add', ['image', 'nothing'], 'shown'),
    meanOverChannels('shown'),
  ],
  [number('half', 0.5), number('zero', 0)],
);

const twoInputs: Graph = {
  inputs: [image, { ...image, name: 'hint' }],
  outputs: [map],
  nodes: [node('Add', ['image', 'hint'], 'sum'), meanOverChannels('sum')],
};

/** A list of numbers instead of a map. */
const flat: Graph = {
  inputs: [image],
  outputs: [{ name: 'map', dtype: 'float32', shape: [1, 3 * TINY_SIDE * TINY_SIDE] }],
  nodes: [node('Flatten', ['image'], 'map')],
};

const GRAPHS = {
  luma,
  inverse,
  'not-a-number': notANumber,
  'nan-when-dark': nanWhenDark,
  constant,
  'two-inputs': twoInputs,
  flat,
  slow: slowGraph(100),
} as const;

export type TinyModel = keyof typeof GRAPHS;

/** Writes `<name>.onnx` and a spec beside it; returns the path of the spec. */
export async function writeTinyModel(folder: string, name: TinyModel, extra = ''): Promise<string> {
  return writeGraph(folder, name, GRAPHS[name], TINY_SIDE, extra);
}

/** As `writeTinyModel`, of any graph. `extra` are lines of YAML for the end of the spec. */
export async function writeGraph(
  folder: string,
  name: string,
  graph: Graph,
  side: number,
  extra = '',
): Promise<string> {
  await writeOnnx(join(folder, `${name}.onnx`), { graph });
  const spec = join(folder, `${name}.yaml`);
  await writeFile(
    spec,
    `name: ${name}\nfiles: file:${name}.onnx\ninput: { width: ${side}, height: ${side}, divideBy: 255 }\n${extra}`,
  );
  return spec;
}
