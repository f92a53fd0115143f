import { describe, expect, it } from 'vitest';
import { doubtsOf, rawRange, type Doubt } from '../../../src/models/pixels/raw-values.js';
import type { OutputTensor } from '../../../src/models/pixels/tensor.js';
import type { MatteOutputSpec } from '../../../src/models/spec/output-spec.js';
import { matteSpec } from '../../support/model-specs.js';

type Fields = Readonly<Record<string, unknown>>;

const spec = (fields: Fields): MatteOutputSpec => matteSpec({ output: fields }).output;

/** What is said of images whose raw values have these extremes. */
function said(fields: Fields, ...ranges: readonly (readonly [min: number, max: number])[]): readonly Doubt[] {
  return doubtsOf(
    spec(fields),
    ranges.map(([min, max]) => ({ raw: { min, max } })),
  );
}

const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);

describe('the raw values of a run', () => {
  it.each<[string, Fields, readonly (readonly [number, number])[], RegExp]>([
    ['levels', {}, times(3, [0, 255]), /^the raw values go from 0\.00 to 255: .*divideBy: 255$/],
    ['levels of one image', {}, [[0, 200]], /divideBy: 255$/],
    [
      'levels with nothing found in most images',
      {},
      [[0, 255], ...times(9, [0, 0] as const)],
      /in 1 of 10 images; /,
    ],
    ['16-bit levels', {}, times(3, [0, 65535]), /an output\.divideBy, or rescale: min-max$/],
    ['logits', {}, times(3, [-9, 8]), /look like logits, not 0\.\.1; likely output\.activation: sigmoid$/],
    ['small logits', {}, times(3, [-0.3, 0.7]), /look like logits/],
    ['logits that are stretched', { rescale: 'min-max' }, times(3, [-9, 8]), /look like logits/],
    ['a second sigmoid', {}, times(3, [0.5, 0.731]), /without its last sigmoid$/],
    ['a second sigmoid, stretched', { rescale: 'min-max' }, times(3, [0.5, 0.731]), /last sigmoid$/],
    ['a sigmoid of probabilities', { activation: 'sigmoid' }, times(3, [0, 1]), /activation: none$/],
    ['a softmax of probabilities', { activation: 'softmax' }, times(3, [0, 1]), /softmax is applied/],
    ['a sigmoid of levels', { activation: 'sigmoid' }, times(3, [0, 255]), /never below 0/],
    ['a sigmoid of little', { activation: 'sigmoid' }, times(3, [-0.3, 0.7]), /between 0\.27 and 0\.73/],
    ['0..1 that are divided', { divideBy: 255 }, times(3, [0, 1]), /likely no output\.divideBy$/],
  ])('tell of %s', (_name, fields, ranges, message) => {
    const [doubt, ...others] = said(fields, ...ranges);
    expect(others).toEqual([]);
    expect(doubt).toMatchObject({ kind: 'raw-values', of: ranges.length });
    expect(doubt?.message).toMatch(message);
  });

  it.each<[string, Fields, readonly (readonly [number, number])[]]>([
    ['nothing', {}, []],
    ['probabilities', {}, times(5, [0, 1])],
    ['probabilities of a network that is never sure', {}, times(5, [0.1, 0.73])],
    ['an interpolation that overshoots', {}, times(5, [-0.08, 1.09])],
    ['one image out of many that overshoots more', {}, [[-0.2, 1.4], ...times(10, [0, 1] as const)]],
    ['probabilities that are stretched', { rescale: 'min-max' }, times(5, [0, 1])],
    ['levels that are stretched', { rescale: 'min-max' }, times(5, [0, 255])],
    ['-1..1 that are stretched', { rescale: 'min-max' }, times(5, [-1, 1])],
    ['logits', { activation: 'sigmoid' }, times(5, [-12, 9])],
    ['stretched logits', { activation: 'sigmoid', rescale: 'min-max' }, times(5, [-12, 9])],
    [
      'logits, of which two images have none below 0',
      { activation: 'sigmoid' },
      [
        [2, 9],
        [1, 9],
        [-3, 9],
      ],
    ],
    ['levels that are divided', { divideBy: 255 }, times(5, [0, 255])],
    ['two images alone between 0.5 and 0.73', {}, times(2, [0.5, 0.73])],
    ['a network that says the same of all images', { activation: 'sigmoid' }, times(5, [0, 0])],
  ])('say nothing of %s', (_name, fields, ranges) => {
    expect(said(fields, ...ranges)).toEqual([]);
  });

  it('are taken over the channel that is read, without padding', () => {
    const data = Float32Array.from([9, 9, 9, 9, 0.25, 7, 0.5, 7]);
    const output: OutputTensor = { dims: [1, 2, 2, 2], data };
    expect(rawRange(output, spec({ channel: 1 }))).toEqual({ min: 0.25, max: 7 });
    const placement = { width: 2, height: 2, left: 0, top: 0, innerWidth: 1, innerHeight: 2 };
    expect(rawRange(output, spec({ channel: 1 }), placement)).toEqual({ min: 0.25, max: 0.5 });
    expect(rawRange(output, spec({ channel: 1, activation: 'softmax' }))).toEqual({ min: 0.25, max: 9 });
  });

  it('leave out what is not finite, which no record could hold', () => {
    const one = (...values: readonly number[]): OutputTensor => ({
      dims: [1, 1, 1, values.length],
      data: Float32Array.from(values),
    });
    expect(rawRange(one(-Infinity, 2, Number.NaN, Infinity, 3), spec({}))).toEqual({ min: 2, max: 3 });
    expect(rawRange(one(Infinity, Infinity), spec({}))).toBeUndefined();
  });
});

describe('constant mattes', () => {
  const outputs = [{ constant: 0 }, {}, { constant: 0 }];

  it('are counted where a stretch made them', () => {
    expect(doubtsOf(spec({ rescale: 'min-max' }), outputs)).toEqual([
      expect.objectContaining({ kind: 'constant-mattes', images: 2, of: 3 }),
    ]);
    expect(doubtsOf(spec({ rescale: 'min-max' }), outputs)[0]?.message).toMatch(
      /^2 of 3 mattes are constant/,
    );
  });

  it('are an answer like any other where nothing is stretched', () => {
    expect(doubtsOf(spec({}), outputs)).toEqual([]);
  });
});
