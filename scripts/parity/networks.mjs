// Small networks with the inputs and outputs of the real ones: 7 heads of U2-Net, 12 of IS-Net, BiRefNet's logits, the
// clothes model's 4 classes, SAM's encoder and decoder. They do nothing but add, multiply, shift and compare, which every
// processor and every version of ONNX Runtime computes to the same bit: what differs between two programs that run
// them differs in feeding or reading.
import { attribute, encodeOnnx, floats, floatValue as value, longs, node } from '../support/onnx-encode.mjs';

/** @import { Initializer, NodeDescription, ValueDescription } from '../support/onnx-encode.mjs' */

const { int, ints, string } = attribute;

/** @typedef {{ initializers: Initializer[], nodes: NodeDescription[] }} Part */

/**
 * Weights of red, green and blue, and of the picture shifted by `shift` pixels, in one head after another.
 *
 * @type {{ weights: number[], shifted: number, shift: [number, number] }[]}
 */
const HEADS = [
  { weights: [0.5, 0.375, 0.25], shifted: -0.3125, shift: [3, 5] },
  { weights: [-0.25, 0.5, 0.125], shifted: 0.25, shift: [1, 2] },
  { weights: [0.125, -0.5, 0.625], shifted: 0.125, shift: [7, 1] },
  { weights: [0.25, 0.25, -0.75], shifted: 0.5, shift: [2, 9] },
];

/**
 * Nodes for one map [1, 1, side, side] named `name`, out of the planes red, green and blue.
 *
 * @param {string} name
 * @param {number} side
 * @param {(typeof HEADS)[number]} strengths
 * @returns {Part}
 */
function head(name, side, { weights, shifted, shift: [dy, dx] }, gain = 1) {
  const id = (/** @type {string} */ suffix) => `${name}_${suffix}`;
  const colours = ['red', 'green', 'blue'];
  return {
    initializers: [
      ...weights.map((weight, i) => floats(id(`w${i}`), [], [weight * gain])),
      floats(id('ws'), [], [shifted * gain]),
      longs(id('pads'), [0, 0, dy, dx, 0, 0, 0, 0]),
      longs(id('ends'), [side, side]),
    ],
    nodes: [
      ...colours.map((colour, i) => node('Mul', [colour, id(`w${i}`)], id(colour))),
      node('Add', [id('red'), id('green')], id('sum2')),
      node('Add', [id('sum2'), id('blue')], id('sum')),
      // The picture moved down and to the right, its edge repeated: neighbours count too.
      node('Pad', ['green', id('pads')], id('padded'), { mode: string('edge') }),
      node('Slice', [id('padded'), 'zeros2', id('ends'), 'axes_hw'], id('moved')),
      node('Mul', [id('moved'), id('ws')], id('contrast')),
      node('Add', [id('sum'), id('contrast')], name),
    ],
  };
}

const shared = [longs('axes_hw', [2, 3]), longs('zeros2', [0, 0])];
const split = node('Split', ['image'], ['red', 'green', 'blue'], { axis: int(1) });

/**
 * @param {string} name
 * @param {number} side
 * @param {readonly Part[]} parts
 * @param {readonly ValueDescription[]} outputs
 */
function assemble(name, side, parts, outputs) {
  return encodeOnnx({
    producer: 'maskbench-parity',
    opset: 17,
    graph: {
      name,
      inputs: [value('image', [1, 3, side, side])],
      outputs,
      initializers: [...shared, ...parts.flatMap(({ initializers }) => initializers)],
      nodes: [split, ...parts.flatMap(({ nodes }) => nodes)],
    },
  });
}

/**
 * @param {string} name
 * @param {number} side
 */
const map = (name, side) => value(name, [1, 1, side, side]);

/** Seven maps, of which the first counts. */
export function u2net() {
  const names = Array.from({ length: 7 }, (_, i) => `d${i}`);
  const parts = names.map((name, i) => head(name, 320, HEADS[i % HEADS.length], i === 0 ? 1 : 0.5));
  return assemble(
    'u2net',
    320,
    parts,
    names.map((name) => map(name, 320)),
  );
}

/** Six maps and six maps of features. */
export function isnet() {
  const maps = Array.from({ length: 6 }, (_, i) => `d${i + 1}`);
  const parts = maps.map((name, i) => head(name, 1024, HEADS[(i + 1) % HEADS.length]));
  const features = maps.map((name, i) => ({
    initializers: [],
    nodes: [node('MaxPool', [name], `hx${i + 1}`, { kernel_shape: ints([32, 32]), strides: ints([32, 32]) })],
  }));
  return assemble(
    'isnet',
    1024,
    [...parts, ...features],
    [...maps.map((name) => map(name, 1024)), ...features.map((_, i) => map(`hx${i + 1}`, 32))],
  );
}

/** One map of 0..1. */
export function isnetAnime() {
  return assemble('isnet-anime', 1024, [head('mask', 1024, HEADS[0])], [map('mask', 1024)]);
}

/** One map of logits, from about -8 to 8. */
export function birefnet() {
  return assemble('birefnet', 1024, [head('output_image', 1024, HEADS[2], 4)], [map('output_image', 1024)]);
}

/** Scores of four classes, each the highest somewhere. */
export function cloth() {
  const names = ['background', 'upper', 'lower', 'full'];
  const parts = names.map((name, i) => head(name, 768, HEADS[i]));
  const joined = {
    initializers: [],
    nodes: [node('Concat', names, 'scores', { axis: int(1) })],
  };
  return assemble('cloth', 768, [...parts, joined], [value('scores', [1, 4, 768, 768])]);
}

const FRAME = { height: 684, width: 1024 };
const GRID = 64;
const CHANNELS = 256;

/** 684 x 1024 x 3 levels to 1 x 256 x 64 x 64: the brightest of every block, in 256 copies of other strengths. */
export function samEncoder() {
  return encodeOnnx({
    producer: 'maskbench-parity',
    opset: 17,
    graph: {
      name: 'sam-encoder',
      inputs: [value('input_image', [FRAME.height, FRAME.width, 3])],
      outputs: [value('image_embeddings', [1, CHANNELS, GRID, GRID])],
      initializers: [
        longs('batch', [0]),
        longs('whole_blocks', [0, 0, 0, 0, 0, 0, 4, 0]),
        longs('square', [0, 0, 0, 0, 0, 0, GRID - 43, 0]),
        floats('level', [], [1 / 256]),
        floats(
          'strengths',
          [1, CHANNELS, 1, 1],
          Array.from({ length: CHANNELS }, (_, i) => 1 / 2 ** (i % 8)),
        ),
        longs('first', [1]),
        longs('second', [2]),
        longs('channels', [1]),
      ],
      nodes: [
        node('Transpose', ['input_image'], 'planes', { perm: ints([2, 0, 1]) }),
        node('Unsqueeze', ['planes', 'batch'], 'image'),
        node('Pad', ['image', 'whole_blocks'], 'padded'),
        node('MaxPool', ['padded'], 'blocks', { kernel_shape: ints([16, 16]), strides: ints([16, 16]) }),
        node('Mul', ['blocks', 'level'], 'scaled'),
        node('Pad', ['scaled', 'square'], 'levels'),
        node('Slice', ['levels', 'first', 'second', 'channels'], 'green'),
        node('Mul', ['green', 'strengths'], 'image_embeddings'),
      ],
    },
  });
}

/** How far up a point lifts the logits where it lies, in squares of pixels that it takes to sink them to zero. */
const REACH = 1 / 65536;

/** Logits that are high around foreground points, low around background points, and follow the picture elsewhere. */
export function samDecoder() {
  const upTo = (/** @type {number} */ length) => Array.from({ length }, (_, i) => i);
  return encodeOnnx({
    producer: 'maskbench-parity',
    opset: 17,
    graph: {
      name: 'sam-decoder',
      inputs: [
        value('image_embeddings', [1, CHANNELS, GRID, GRID]),
        value('point_coords', [1, 'num_points', 2]),
        value('point_labels', [1, 'num_points']),
        value('mask_input', [1, 1, 256, 256]),
        value('has_mask_input', [1]),
        value('orig_im_size', [2]),
      ],
      outputs: [
        value('masks', [1, 1, 'height', 'width']),
        value('iou_predictions', [1, 1]),
        value('low_res_masks', [1, 1, 256, 256]),
      ],
      initializers: [
        longs('from0', [0]),
        longs('to1', [1]),
        longs('axis1', [1]),
        longs('to2', [2]),
        longs('axis2', [2]),
        longs('of_points', [1, 1, -1, 1, 1]),
        longs('one_one', [1, 1]),
        longs('fine_size', [1, 1, 1024, 1024]),
        longs('low_size', [1, 1, 256, 256]),
        longs('axes_hw', [2, 3]),
        longs('zeros2', [0, 0]),
        longs('point_axis', [2]),
        floats('roi', [0], []),
        floats('columns', [1, 1, 1, 1, FRAME.width], upTo(FRAME.width)),
        floats('rows', [1, 1, 1, FRAME.height, 1], upTo(FRAME.height)),
        floats('reach', [], [REACH]),
        floats('half', [], [0.5]),
        floats('zero', [], [0]),
        floats('minus', [], [-1]),
        floats('plus', [], [1]),
        floats('low', [], [0.4375]),
      ],
      nodes: [
        // The picture, block by block, at the size that is asked for.
        node('Slice', ['image_embeddings', 'from0', 'to1', 'axis1'], 'seen'),
        node('Resize', ['seen', 'roi', '', 'fine_size'], 'fine', {
          mode: string('nearest'),
          coordinate_transformation_mode: string('asymmetric'),
          nearest_mode: string('floor'),
        }),
        node('Cast', ['orig_im_size'], 'size', { to: int(7) }),
        node('Slice', ['fine', 'zeros2', 'size', 'axes_hw'], 'picture'),
        node('Sub', ['picture', 'low'], 'brightness'),
        // Each point's share: its label's sign times a bowl around it. The padding point (-1) has none.
        node('Slice', ['point_coords', 'from0', 'to1', 'axis2'], 'px_flat'),
        node('Slice', ['point_coords', 'to1', 'to2', 'axis2'], 'py_flat'),
        node('Reshape', ['px_flat', 'of_points'], 'px'),
        node('Reshape', ['py_flat', 'of_points'], 'py'),
        node('Reshape', ['point_labels', 'of_points'], 'labels'),
        node('Less', ['labels', 'zero'], 'is_padding'),
        node('Less', ['labels', 'half'], 'is_off'),
        node('Where', ['is_off', 'minus', 'plus'], 'sign'),
        node('Where', ['is_padding', 'zero', 'sign'], 'weight'),
        node('Sub', ['columns', 'px'], 'dx'),
        node('Sub', ['rows', 'py'], 'dy'),
        node('Mul', ['dx', 'dx'], 'dx2'),
        node('Mul', ['dy', 'dy'], 'dy2'),
        node('Add', ['dx2', 'dy2'], 'd2'),
        node('Mul', ['d2', 'reach'], 'sunk'),
        node('Sub', ['plus', 'sunk'], 'bowl_open'),
        node('Max', ['bowl_open', 'zero'], 'bowl'),
        node('Mul', ['bowl', 'weight'], 'shares'),
        node('ReduceSum', ['shares', 'point_axis'], 'asked', { keepdims: int(0) }),
        node('Mul', ['asked', 'half'], 'pull'),
        node('Add', ['brightness', 'pull'], 'without_mask'),
        // Nothing comes from the mask that is handed in as long as the flag beside it is 0.
        node('ReduceMax', ['mask_input'], 'hint', { keepdims: int(0) }),
        node('Mul', ['hint', 'has_mask_input'], 'hinted'),
        node('Add', ['without_mask', 'hinted'], 'masks'),
        node('Reshape', ['has_mask_input', 'one_one'], 'iou_predictions'),
        node('Resize', ['seen', 'roi', '', 'low_size'], 'low_res_masks', {
          mode: string('nearest'),
          coordinate_transformation_mode: string('asymmetric'),
          nearest_mode: string('floor'),
        }),
      ],
    },
  });
}
