import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import { FRESH_READER } from '../../src/datasets/file-reader.js';
import { runnerOf } from '../../src/runners/runner-of.js';
import { predictionKey, scoreKey } from '../../src/store/cell-key.js';
import { parseSpec } from '../support/model-specs.js';
import { paperModel } from '../support/run-settings.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

const RUNNER = { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' };
const IMAGE = '1'.repeat(64);

function keyOf(
  model = paperModel('m'),
  { device = 'cpu', runner = RUNNER as Record<string, unknown>, image = IMAGE } = {},
): string {
  const identity = runnerOf(model.spec).identity({ ...model, assets: undefined }, { device, runner });
  // A network's is the same for every sample, and at hand.
  return predictionKey(String(identity({} as PlannedSample, FRESH_READER)), image);
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

describe('the keys of version 0.1', () => {
  it.each([
    ['matte', {}, 'be0b299eccdb01ee0439fa52'],
    ['classes', { output: { classes: { names: ['back', 'a', 'b'] } } }, 'f73ef1adc4982b38c8313f77'],
    [
      'sam',
      {
        files: { encoder: 'file:e.onnx', decoder: 'file:d.onnx' },
        input: {},
        prompts: { default: [{ point: [0.5, 0.25] }], file: 'p.yaml' },
      },
      'b6c57c8dff1044b46bb17899',
    ],
  ])('are the same today for feeding %s', (feeding, fields, key) => {
    expect(keyOf(paperModel('m', { feeding, ...fields }))).toBe(key);
  });

  it('are the same today for masks, there or not', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'a.png'), 'a mask');
    const spec = parseSpec({ name: 'm', feeding: 'precomputed', masks: { path: '{id}.png' } });
    const model = await runnerOf(spec).ensure({ spec, folder }, {});
    const identityOf = runnerOf(spec).identity(model, { device: 'cpu', runner: RUNNER });
    const keys = ['a', 'b'].map(async (id) =>
      predictionKey(await identityOf({ dataset: 'd', id } as PlannedSample, FRESH_READER), IMAGE),
    );
    expect(await Promise.all(keys)).toEqual(['0dc722eedafaf1985cd8d543', '5aabaa4bf310029b598892c0']);
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
