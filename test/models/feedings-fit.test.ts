import { describe, expect, test } from 'vitest';
import type { NetworkEnds } from '../../src/models/feedings/feeding.js';
import { feedingOf } from '../../src/models/feedings/registry.js';
import { networkSchemas } from '../../src/models/spec/spec.js';
import { matteSpec } from '../support/model-specs.js';

type Shape = readonly (number | string)[];

const IMAGE = [1, 3, 48, 64];

function network(output: Shape, { input = IMAGE as Shape, type = 'float32' } = {}): NetworkEnds {
  return {
    path: 'm.onnx',
    inputs: [{ name: 'x', type: 'float32', shape: input }],
    outputs: [{ name: 'y', type, shape: output }],
  };
}

/** Whether a spec's output suits what a network says, in doubt or not, or why it does not. */
function fit(model: NetworkEnds, output: object = {}, input: object = {}): string {
  const spec = matteSpec({ input: { width: 64, height: 48, ...input }, output });
  try {
    return feedingOf(spec).checkEnds({ model }) ? 'fits' : 'in doubt';
  } catch (error) {
    return `${(error as Error).message}; ${(error as { remedy?: string }).remedy}`;
  }
}

describe('a network that says what goes in and out', () => {
  test.each<[string, Shape, object]>([
    ['a map as large as the picture', [1, 1, 48, 64], {}],
    ['a map of an open batch', ['batch', 1, 48, 64], {}],
    ['a smaller map', [1, 1, 12, 16], {}],
    ['a map whose sides were rounded up', [1, 1, 5, 7], {}],
    ['a map of other proportions, in either layout', [1, 1, 32, 32], {}],
    ['channels last, as the spec says', [1, 48, 64, 2], { layout: 'nhwc', channel: 1 }],
    ['a map without channels', [1, 48, 64], {}],
    ['a map alone', [48, 64], {}],
    ['any sides', [1, 1, 'height', 'width'], {}],
    ['numbers of any kind', [1, 1, 48, 64], {}],
  ])('fits with %s', (_what, shape, output) => {
    expect(fit(network(shape), output)).toBe('fits');
  });

  test.each<[string, Shape]>([
    ['nothing of its output', []],
    ['no channels', [1, 'channels', 'height', 'width']],
    ['one side only', [1, 1, 48, 'width']],
  ])('is in doubt that says %s', (_what, shape) => {
    expect(fit(network(shape))).toBe('in doubt');
  });

  test.each<[string, Shape, object, RegExp]>([
    [
      'channels last, read as first',
      [1, 48, 64, 2],
      {},
      /nchw makes 48 channels of 2 x 64.*set layout: nhwc/,
    ],
    ['one channel last, read as first', [1, 48, 64, 1], {}, /set layout: nhwc/],
    ['channels first, read as last', [1, 1, 48, 64], { layout: 'nhwc' }, /set layout: nchw/],
    ['smaller maps, channels last', [1, 12, 16, 3], { channel: 1 }, /set layout: nhwc/],
    [
      'fewer channels than the one that is read',
      [1, 2, 48, 64],
      { channel: 2 },
      /2 channels.*output\.channel is 2/,
    ],
    [
      'fewer channels than are added',
      [1, 2, 48, 64],
      { channel: [0, 5], activation: 'softmax' },
      /output\.channel is 5/,
    ],
    ['a list of scores', [1, 1000], {}, /expected one map/],
    ['a list of scores with sides', [1, 1000, 1, 1], {}, /no map/],
    ['several maps', [4, 1, 48, 64], {}, /expected one map/],
    ['maps of video', [1, 1, 1, 48, 64], {}, /expected one map/],
    ['another output than is read', [1, 1, 48, 64], { select: 1 }, /no output 1; the model's outputs are y/],
    ['another name than is read', [1, 1, 48, 64], { select: 'alpha' }, /no output alpha/],
  ])('is refused for %s', (_what, shape, output, message) => {
    expect(fit(network(shape), output)).toMatch(message);
  });

  test('is refused for an output that is no numbers', () => {
    expect(fit(network([1, 1, 48, 64], { type: 'string' }))).toMatch(/expected numbers/);
  });

  test.each<[string, Shape, object]>([
    ['another size', [1, 3, 48, 32], {}],
    ['channels last', [1, 48, 64, 3], {}],
    ['one channel', [1, 1, 48, 64], {}],
    ['four channels', [1, 4, 48, 64], {}],
    ['another rank', [3, 48, 64], {}],
    ['a fixed size, where pictures of any size are fed', [1, 3, 48, 64], { fit: 'inside' }],
    ['floats, where halves are fed', [1, 3, 48, 64], { type: 'float16' }],
  ])('is refused for an input of %s', (_what, shape, input) => {
    expect(fit(network([1, 1, 48, 64], { input: shape }), {}, input)).toMatch(
      /the model's input "x" is float32 \[.*the spec feeds/,
    );
  });

  test('has as many classes as the spec has names, or their numbers', () => {
    const names = ['ground', 'thing', 'stuff'];
    const output = { classes: { names } };
    const files = 'file:m.onnx';
    const spec = networkSchemas.classes.parse({
      name: 'm',
      feeding: 'classes',
      files,
      input: { width: 64, height: 48 },
      output,
    });
    const check = (channels: number) => feedingOf(spec).checkEnds({ model: network([1, channels, 48, 64]) });
    expect([check(3), check(1)]).toEqual([true, true]);
    expect(() => check(4)).toThrow(expect.objectContaining({ code: 'model.signature' }));
  });

  test('is told apart by what comes out, where it does not say', async () => {
    const check = async (dims: readonly number[], input: object = {}) => {
      const feeding = feedingOf(matteSpec({ input: { width: 64, height: 48, ...input } }));
      const grey = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(128) };
      const fed = await feeding.prepare(grey, undefined);
      feeding.checkOutput({ dims }, fed);
    };
    await expect(check([1, 1, 48, 64])).resolves.toBeUndefined();
    await expect(check([1, 1, 48, 64], { layout: 'nhwc' })).resolves.toBeUndefined();
    await expect(check([1, 48, 64, 1], { fit: 'inside' })).rejects.toMatchObject({ code: 'model.signature' });
  });
});
