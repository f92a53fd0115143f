import { basename } from 'node:path';
import { stringify } from 'yaml';
import type { OnnxInspection } from './inspect.js';
import type { OnnxValue } from './onnx-graph.js';

/** A spec that fits a graph's ends, and what the graph does not say. */
export interface Proposal {
  /** YAML for a file beside the model. */
  readonly yaml: string;
  /** What to look up in the training code or the model's page, in words. */
  readonly unknown: readonly string[];
}

/** Sides that are tried where the graph takes any. */
const ANY_SIDE = 1024;
/** What most networks with dynamic sizes want their sides to be multiples of. */
const USUAL_MULTIPLE = 32;

/**
 * Proposes how to feed and read a model, as far as its graph says.
 *
 * @returns undefined for a graph that is not an image model of one input: SAM's halves, several inputs, no picture.
 */
export function proposeSpec(path: string, inspection: OnnxInspection): Proposal | undefined {
  const [image, ...others] = inspection.inputs;
  if (image === undefined || others.length > 0) return undefined;
  const unknown: string[] = [];
  const input = proposeInput(image, inspection.ends.inputs[image.name] ?? [], unknown);
  if (input === undefined) return undefined;
  const { feeding, output } = proposeOutput(inspection, unknown);
  unknown.push(
    'resample: what the training code resizes with; pillow-bilinear and pillow-lanczos are usual',
    'licence, trainedOn and trainingSource: in the model card',
  );
  const file = basename(path);
  const name = file.replace(/\.onnx$/, '').replaceAll(/[^A-Za-z0-9._-]/g, '-');
  const spec = { name, ...(feeding === 'matte' ? {} : { feeding }), files: `file:${file}`, input, output };
  return { yaml: stringify(spec, { flowCollectionPadding: true }), unknown };
}

type Fields = Readonly<Record<string, unknown>>;

function proposeInput(
  { name, dtype, shape }: OnnxValue,
  consumers: readonly string[],
  unknown: string[],
): Fields | undefined {
  if (shape?.length !== 4) return undefined;
  const layout = shape[1] === 3 ? 'nchw' : shape[3] === 3 ? 'nhwc' : undefined;
  if (layout === undefined) return undefined;
  const [height, width] = layout === 'nchw' ? [shape[2], shape[3]] : [shape[1], shape[2]];
  const type = ['float32', 'float16', 'uint8'].includes(dtype) ? dtype : undefined;
  if (type === undefined) unknown.push(`type: the input "${name}" is ${dtype}, which cannot be fed`);
  const dynamic = typeof width !== 'number' || typeof height !== 'number' || width <= 0 || height <= 0;
  if (dynamic) {
    unknown.push('width and height: the graph takes any; the size that it was trained at is best');
    unknown.push('multipleOf: by what its sides must be divisible; 32 is usual');
  } else {
    unknown.push(
      'fit: whether training stretched the pictures (stretch) or kept their proportions (letterbox)',
    );
  }
  const scales = consumers.some((op) => ['Sub', 'Div', 'Mul', 'Add', 'BatchNormalization'].includes(op));
  if (type === 'uint8') unknown.push('scaling: nothing, the graph does it and takes 0..255');
  else if (scales) {
    unknown.push(
      'divideBy, mean, std: the graph scales its input itself; perhaps it takes 0..255 (divideBy: 1)',
    );
  } else {
    unknown.push('divideBy: 255, image-max (as rembg does) or 1');
    unknown.push('mean and std: none, ImageNet [0.485, 0.456, 0.406] / [0.229, 0.224, 0.225], or 0.5 / 0.5');
  }
  unknown.push('channels: rgb, or bgr where it was trained with OpenCV');
  return {
    width: dynamic ? ANY_SIDE : width,
    height: dynamic ? ANY_SIDE : height,
    ...(dynamic ? { fit: 'inside', multipleOf: USUAL_MULTIPLE } : {}),
    ...(layout === 'nchw' ? {} : { layout }),
    ...(type === undefined || type === 'float32' ? {} : { type }),
    divideBy: type === 'uint8' ? 1 : 255,
  };
}

function proposeOutput(
  { outputs, ends }: OnnxInspection,
  unknown: string[],
): { readonly feeding: 'matte' | 'classes'; readonly output: Fields } {
  const index = Math.max(
    0,
    outputs.findIndex(({ shape }) => shape !== undefined && (shape.length === 4 || shape.length === 3)),
  );
  const output = outputs[index];
  if (outputs.length > 1) {
    const names = outputs.map(({ name }) => name).join(', ');
    unknown.push(`select: which of the outputs is the mask: ${names}`);
  }
  const { channels, layout } = channelsOf(output);
  const last = output === undefined ? '' : (ends.outputs[output.name] ?? '');
  const common = { select: index, ...(layout === 'nhwc' ? { layout } : {}) };
  if (channels !== undefined && channels > 2) {
    unknown.push('classes.names: what the channels stand for, and which are foreground');
    const names = Array.from({ length: channels }, (_, i) => (i === 0 ? 'background' : `class-${i}`));
    return { feeding: 'classes', output: { ...common, classes: { names, matte: 'union' } } };
  }
  if (channels === undefined) unknown.push('channel: how many there are, the graph does not say');
  // Bytes are levels; whatever activation there was is in the graph.
  const levels = output?.dtype === 'uint8';
  const activation = levels ? 'none' : activationOf(last, channels);
  if (activation === undefined) {
    unknown.push(
      `activation: the last operator is ${last === '' ? 'unknown' : last}; sigmoid if the values are logits, none if they are 0..1`,
    );
  }
  unknown.push('rescale: min-max where the training code stretches each map, as rembg does; else none');
  return {
    feeding: 'matte',
    output: {
      ...common,
      ...(channels === 2 ? { channel: 1 } : {}),
      ...(levels ? { divideBy: 255 } : {}),
      activation: activation ?? (channels === 2 ? 'softmax' : 'none'),
    },
  };
}

function channelsOf(output: OnnxValue | undefined): {
  readonly channels: number | undefined;
  readonly layout: 'nchw' | 'nhwc';
} {
  const shape = output?.shape ?? [];
  if (shape.length === 3) return { channels: 1, layout: 'nchw' };
  if (shape.length !== 4) return { channels: undefined, layout: 'nchw' };
  const [first, last] = [shape[1], shape[3]];
  // The channels are the fewest; a map as narrow as that is no map.
  if (typeof last === 'number' && last <= 64 && !(typeof first === 'number' && first <= last)) {
    return { channels: last, layout: 'nhwc' };
  }
  return { channels: typeof first === 'number' ? first : undefined, layout: 'nchw' };
}

/** The activation that is still to be applied, or undefined where that cannot be told. */
function activationOf(last: string, channels: number | undefined): 'none' | 'softmax' | undefined {
  if (['Sigmoid', 'HardSigmoid', 'Softmax', 'Clip'].includes(last)) return 'none';
  return channels === 2 && last === 'Conv' ? 'softmax' : undefined;
}
