import { describe, expect, it } from 'vitest';
import { predictionBasis, predictionKey, scoreKey } from '../../src/store/cell-key.js';
import { paperModel } from '../support/run-settings.js';

const RUNNER = { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' };
const IMAGE = '1'.repeat(64);

function keyOf(
  model = paperModel('m'),
  { device = 'cpu', runner = RUNNER as Record<string, unknown>, image = IMAGE } = {},
): string {
  return predictionKey(predictionBasis({ device, runner }, model), image);
}

describe('the key of a prediction', () => {
  it('is the same for the same inputs, whatever order they were written in', () => {
    const reversed = Object.fromEntries(Object.entries(RUNNER).reverse());
    expect(keyOf()).toBe(keyOf(paperModel('m'), { runner: reversed }));
    expect(keyOf()).toMatch(/^[0-9a-f]{24}$/);
  });

  it.each([
    ['the model bytes', keyOf(paperModel('m', {}, 'b'.repeat(64)))],
    ['the input size', keyOf(paperModel('m', { input: { width: 65, height: 64 } }))],
    [
      'the resampler',
      keyOf(paperModel('m', { input: { width: 64, height: 64, resample: 'pillow-bicubic' } })),
    ],
    ['the divisor', keyOf(paperModel('m', { input: { width: 64, height: 64, divideBy: 255 } }))],
    ['the mean', keyOf(paperModel('m', { input: { width: 64, height: 64, mean: [0, 0, 1] } }))],
    ['the channel order', keyOf(paperModel('m', { input: { width: 64, height: 64, channels: 'bgr' } }))],
    ['the output head', keyOf(paperModel('m', { output: { select: 1 } }))],
    ['the activation', keyOf(paperModel('m', { output: { activation: 'sigmoid' } }))],
    ['the rescale', keyOf(paperModel('m', { output: { rescale: 'min-max' } }))],
    ['the provider', keyOf(paperModel('m'), { device: 'cuda:0' })],
    [
      'an option of the runtime',
      keyOf(paperModel('m'), { runner: { ...RUNNER, graphOptimization: 'basic' } }),
    ],
    ['the image', keyOf(paperModel('m'), { image: '2'.repeat(64) })],
  ])('changes with %s', (_name, key) => {
    expect(key).not.toBe(keyOf());
  });

  it('does not change with what is only said about the model, nor with which of several equal GPUs it is', () => {
    expect(keyOf(paperModel('other', { title: 'Another title', trainedOn: ['duts-tr'], notes: 'x' }))).toBe(
      keyOf(),
    );
    expect(keyOf(paperModel('m'), { device: 'cuda:1' })).toBe(keyOf(paperModel('m'), { device: 'cuda:0' }));
  });
});

describe('the key of a score', () => {
  const base = scoreKey('p', 't', ['fixed|t:128|v:1']);

  it('is the same for the same prediction, ground truth and conventions', () => {
    expect(scoreKey('p', 't', ['fixed|t:128|v:1'])).toBe(base);
  });

  it.each([
    ['the prediction', scoreKey('q', 't', ['fixed|t:128|v:1'])],
    ['the ground truth', scoreKey('p', 'u', ['fixed|t:128|v:1'])],
    ['the conventions', scoreKey('p', 't', ['fixed|t:127|v:1'])],
    ['a protocol more', scoreKey('p', 't', ['fixed|t:128|v:1', 'sod|v:1'])],
  ])('changes with %s', (_name, key) => {
    expect(key).not.toBe(base);
  });
});
