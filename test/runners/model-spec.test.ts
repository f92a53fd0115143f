import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/core/errors.js';
import { parseYaml } from '../../src/core/yaml-file.js';
import type { ModelSpec } from '../../src/models/spec/spec.js';
import { modelSpecSchema } from '../../src/runners/runner-of.js';

const SMALLEST = 'name: mine\nfiles: file:mine.onnx\ninput: { width: 320, height: 256 }\n';

function parse(text: string): ModelSpec {
  return parseYaml(text, 'mine.yaml', modelSpecSchema);
}

function complaint(text: string): string {
  try {
    parse(text);
  } catch (error) {
    return describeError(error);
  }
  throw new Error('no complaint');
}

describe('a model spec', () => {
  it('is three lines at least, and fed as rembg feeds where it does not say otherwise', () => {
    expect(parse(SMALLEST)).toEqual({
      name: 'mine',
      feeding: 'matte',
      files: { model: [{ kind: 'file', path: 'mine.onnx' }] },
      input: {
        width: 320,
        height: 256,
        fit: 'stretch',
        enlarge: true,
        anchor: 'centre',
        pad: 0,
        multipleOf: 1,
        layout: 'nchw',
        type: 'float32',
        channels: 'rgb',
        resample: 'pillow-lanczos',
        divideBy: 'image-max',
        mean: [0, 0, 0],
        std: [1, 1, 1],
      },
      output: {
        select: 0,
        layout: 'nchw',
        channel: 0,
        activation: 'none',
        rescale: 'none',
        resample: 'pillow-lanczos',
      },
      trainedOn: ['unknown'],
      selectedOn: [],
    });
  });

  it('answers a misspelt key with its line and the right one', () => {
    expect(complaint(`${SMALLEST}output: { rescal: min-max }\n`)).toBe(
      'mine.yaml:4:11: output: unknown key "rescal"; did you mean "rescale"?',
    );
    expect(complaint(`${SMALLEST}trained_on: [duts-tr]\n`)).toBe(
      'mine.yaml:4:1: unknown key "trained_on"; did you mean "trainedOn"?',
    );
  });

  it.each([
    [
      'a name that would leave the run folder',
      SMALLEST.replace('mine', '../mine'),
      /^mine\.yaml:1:1: name: /,
    ],
    ['a width that is no whole number', SMALLEST.replace('320', '320.5'), /^mine\.yaml:3:10: input\.width: /],
    [
      'a mean of two numbers',
      SMALLEST.replace('256 }', '256, mean: [0, 0] }'),
      /^mine\.yaml:3:.*input\.mean/,
    ],
    ['a filter that there is none of', SMALLEST.replace('256 }', '256, resample: cubic }'), /pillow-lanczos/],
    ['a divisor of zero', SMALLEST.replace('256 }', '256, divideBy: 0 }'), /^mine\.yaml:3:.*input\.divideBy/],
    ['an output of minus one', `${SMALLEST}output: { select: -1 }\n`, /^mine\.yaml:4:.*output\.select/],
  ])('refuses %s', (_name, text, line) => {
    expect(complaint(text)).toMatch(line);
  });
});
