import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attribute, writeOnnx, type ModelDescription, type NodeDescription } from './onnx-builder.js';

/** Side of the square input of every tiny model. */
export const TINY_SIDE = 64;

type Graph = ModelDescription['graph'];

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: NodeDescription['attributes'] = {},
): NodeDescription => ({ op, inputs, outputs: [output], attributes });
const number = (name: string, value: number) => ({
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

/** A 3 x 3 kernel whose middle passes the mean of the channels on; the trace at its corner keeps every product needed. */
const kernel = (name: string, from: number, to: number) => ({
  name,
  dtype: 'float32' as const,
  dims: [to, from, 3, 3],
  data: Array.from({ length: to * from * 9 }, (_, i) => (i % 9 === 4 ? 1 / from : i % 9 === 0 ? 1e-6 : 0)),
});

/** The brightness after `layers` convolutions that cost time and change next to nothing. */
export function slowGraph(layers: number, channels = 32, side = TINY_SIDE): Graph {
  const pads = { pads: attribute.ints([1, 1, 1, 1]), kernel_shape: attribute.ints([3, 3]) };
  return {
    inputs: [{ ...image, shape: [1, 3, side, side] }],
    outputs: [{ ...map, shape: [1, 1, side, side] }],
    initializers: [kernel('first', 3, channels), kernel('inner', channels, channels)],
    nodes: [
      node('Conv', ['image', 'first'], 'layer0', pads),
      ...Array.from({ length: layers }, (_, i) =>
        node('Conv', [`layer${i}`, 'inner'], `layer${i + 1}`, pads),
      ),
      meanOverChannels(`layer${layers}`),
    ],
  };
}

const GRAPHS = {
  luma,
  'not-a-number': notANumber,
  'nan-when-dark': nanWhenDark,
  constant,
  'two-inputs': twoInputs,
  flat,
  slow: slowGraph(40),
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
