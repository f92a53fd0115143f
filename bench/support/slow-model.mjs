import { attribute, floats, floatValue, node } from '../../scripts/support/onnx-encode.mjs';

/** @import { GraphDescription } from '../../scripts/support/onnx-encode.mjs' */

/**
 * A 3 x 3 kernel whose middle passes the mean of the channels on; the trace at its corner keeps every product needed.
 *
 * @param {string} name
 * @param {number} from
 * @param {number} to
 */
const kernel = (name, from, to) =>
  floats(
    name,
    [to, from, 3, 3],
    Array.from({ length: to * from * 9 }, (_, i) => (i % 9 === 4 ? 1 / from : i % 9 === 0 ? 1e-6 : 0)),
  );

/**
 * The mean over the channels after `layers` convolutions that cost time and change next to nothing.
 *
 * @param {number} layers
 * @param {number} [channels]
 * @param {number} [side]
 * @returns {GraphDescription}
 */
export function slowGraph(layers, channels = 32, side = 64) {
  const pads = { pads: attribute.ints([1, 1, 1, 1]), kernel_shape: attribute.ints([3, 3]) };
  const convolutions = Array.from({ length: layers }, (_, i) =>
    node('Conv', [`layer${i}`, 'inner'], `layer${i + 1}`, pads),
  );
  return {
    inputs: [floatValue('image', [1, 3, side, side])],
    outputs: [floatValue('map', [1, 1, side, side])],
    initializers: [kernel('first', 3, channels), kernel('inner', channels, channels)],
    nodes: [
      node('Conv', ['image', 'first'], 'layer0', pads),
      ...convolutions,
      node('ReduceMean', [`layer${layers}`], 'map', {
        axes: attribute.ints([1]),
        keepdims: attribute.int(1),
      }),
    ],
  };
}
