import { MaskbenchError } from '../../core/errors.js';
import type { InputSpec } from '../spec/input-spec.js';
import { toTensor } from '../pixels/preprocess.js';
import type { Fed, Feeding, Inferred, Network, NetworkEnds, NetworkValue } from './feeding.js';

/** How the one output that is read is read. */
interface Reading {
  /** Index in the graph's order, or name. */
  readonly select: number | string;
  readonly layout: Layout;
  /** What is wrong with so many channels, if anything. */
  complaint(channels: number): string | undefined;
}

type Layout = 'nchw' | 'nhwc';

/** Width and height of what is fed. */
interface FedSize {
  readonly width: number;
  readonly height: number;
}

/** All of a feeding that takes one image into one network, but for what is read from its output. */
export function singleNetwork(input: InputSpec, reading: Reading): Omit<Feeding, 'read'> {
  return {
    roles: ['model'],
    prepare: async (image) => ({ tensor: await toTensor(image, input), prompts: [] }),
    checkEnds: ({ model }) => checkSingle(model, input, reading),
    checkOutput: ({ dims }, fed) => checkSingleOutput(dims, fed, input, reading),
    connect: ({ model }) => connectSingle(model, reading),
  };
}

/**
 * Checks a network with one image input, of which one output is read, against the spec.
 *
 * @returns whether the output's shape is known as far as it matters.
 * @throws MaskbenchError `model.signature` where its inputs or outputs are not the spec's.
 */
function checkSingle(network: NetworkEnds, input: InputSpec, reading: Reading): boolean {
  const { path, inputs } = network;
  const [only, ...others] = inputs;
  if (only === undefined || others.length > 0) {
    throw signatureError(path, `the model has ${inputs.length} inputs`, 'expected one image input');
  }
  assertInputFits(path, only, input);
  const fed = input.fit === 'inside' ? undefined : input;
  return checkMap(path, selected(network, reading.select), reading, fed);
}

/** Checks the output of what was fed. @throws MaskbenchError `model.signature`. */
function checkSingleOutput(
  dims: readonly number[],
  { tensor }: Fed,
  { layout }: InputSpec,
  reading: Reading,
): void {
  const [height, width] = (layout === 'nchw' ? tensor.dims.slice(2) : tensor.dims.slice(1)) as [
    number,
    number,
  ];
  checkMap('', { name: String(reading.select), type: undefined, shape: dims }, reading, { width, height });
}

/** A network that `checkSingle` has passed. */
function connectSingle(network: Network, { select }: Reading): (fed: Fed) => Promise<Inferred> {
  const [only] = network.inputs;
  const { name } = selected(network, select);
  return async ({ tensor }) => {
    const results = await network.run({ [only.name]: tensor }, [name]);
    return { output: results[name] };
  };
}

function selected({ path, outputs }: NetworkEnds, select: number | string): NetworkValue {
  const wanted = typeof select === 'number' ? outputs[select] : outputs.find(({ name }) => name === select);
  if (wanted !== undefined) return wanted;
  const names = outputs.map(({ name }) => name).join(', ');
  throw signatureError(path, `no output ${select}`, `the model's outputs are ${names}`);
}

function assertInputFits(path: string, { name, type, shape }: NetworkValue, input: InputSpec): void {
  const { width, height, layout, fit } = input;
  const side = (value: number): number | string => (fit === 'inside' ? 'any' : value);
  const dims = layout === 'nchw' ? [1, 3, side(height), side(width)] : [1, side(height), side(width), 3];
  const fits = shape.length === dims.length && shape.every((size, i) => !isFixed(size) || size === dims[i]);
  if ((fits || shape.length === 0) && (type === undefined || type === input.type)) return;
  throw signatureError(
    path,
    `the model's input "${name}" is ${type ?? 'unknown'} [${shape.join(', ')}]`,
    `the spec feeds ${input.type} [${dims.join(', ')}]`,
  );
}

/** Names of the axes of an output, by its rank and layout. */
const AXES: Readonly<Record<Layout, Readonly<Record<number, string>>>> = {
  nchw: { 2: 'hw', 3: 'nhw', 4: 'nchw' },
  nhwc: { 2: 'hw', 3: 'nhw', 4: 'nhwc' },
};

type Size = number | string;

/** An output read as a map: a size that its network leaves open is undefined. */
interface MapShape {
  readonly batch: number | undefined;
  readonly channels: number | undefined;
  readonly height: number | undefined;
  readonly width: number | undefined;
}

function checkMap(
  path: string,
  { name, type, shape }: NetworkValue,
  reading: Reading,
  fed: FedSize | undefined,
): boolean {
  const refuse = (what: string, remedy: string): MaskbenchError =>
    signatureError(
      path,
      `the model's output "${name}" is ${type ?? ''} [${shape.join(', ')}]${what}`,
      remedy,
    );
  if (type === 'string' || type === 'sequence' || type === 'map') throw refuse('', 'expected numbers');
  if (shape.length === 0) return false;
  const { layout } = reading;
  const map = readShape(shape, layout);
  const expected = layout === 'nchw' ? '[1, channels, height, width]' : '[1, height, width, channels]';
  if (map === undefined || (map.batch ?? 1) !== 1) throw refuse('', `expected one map: ${expected}`);
  const { channels, height, width } = map;
  if (height !== undefined && width !== undefined) {
    const other = layout === 'nchw' ? 'nhwc' : 'nchw';
    const otherwise = readShape(shape, other);
    if (fed !== undefined && !isProportional(map, fed) && isProportional(otherwise, fed)) {
      throw refuse(
        `, of which ${layout} makes ${channels ?? '?'} channels of ${width} x ${height}, for a picture of ${fed.width} x ${fed.height}`,
        `set layout: ${other} in the spec's output`,
      );
    }
    if (height * width === 1) throw refuse(', which is no map', `expected ${expected}`);
  }
  const complaint = channels === undefined ? undefined : reading.complaint(channels);
  if (complaint !== undefined) throw refuse(`, which has ${channels} channels as ${layout}`, complaint);
  // Channels that are stated where the spec has them, and sides that are both stated or both left open, leave no doubt.
  return channels !== undefined && (height === undefined) === (width === undefined);
}

function readShape(shape: readonly Size[], layout: Layout): MapShape | undefined {
  const axes = AXES[layout][shape.length];
  // A list of numbers comes as [1, n]; that is no map.
  if (axes === undefined || (shape.length === 2 && shape[0] === 1)) return undefined;
  const sizeOf = (axis: string): number | undefined => {
    const size = shape[axes.indexOf(axis)];
    return isFixed(size) ? size : undefined;
  };
  return {
    batch: axes.includes('n') ? sizeOf('n') : 1,
    channels: axes.includes('c') ? sizeOf('c') : 1,
    height: sizeOf('h'),
    width: sizeOf('w'),
  };
}

/** Whether a map has the proportions of what was fed, to the pixel; one pixel has none. */
function isProportional(map: MapShape | undefined, fed: FedSize): boolean {
  const { height, width } = map ?? {};
  if (height === undefined || width === undefined || height * width === 1) return false;
  return Math.abs(height * fed.width - width * fed.height) <= Math.max(fed.width, fed.height);
}

function isFixed(size: Size | undefined): size is number {
  return typeof size === 'number' && size > 0;
}

export function signatureError(where: string, message: string, remedy: string): MaskbenchError {
  return new MaskbenchError('model.signature', message, { where, remedy });
}
