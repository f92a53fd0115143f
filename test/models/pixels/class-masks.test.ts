import { describe, expect, it } from 'vitest';
import { classMasks, matteOfClasses } from '../../../src/models/pixels/class-masks.js';
import type { ClassesOutputSpec } from '../../../src/models/spec/output-spec.js';
import type { OutputTensor } from '../../../src/models/pixels/tensor.js';
import { networkSchemas } from '../../../src/models/spec/spec.js';

const NAMES = ['background', 'upper', 'lower', 'full'];

function output(
  classes: Record<string, unknown> = {},
  fields: Record<string, unknown> = {},
): ClassesOutputSpec {
  return networkSchemas.classes.parse({
    name: 'm',
    feeding: 'classes',
    files: 'file:m.onnx',
    input: { width: 4, height: 1 },
    output: { classes: { names: NAMES, ...classes }, ...fields },
  }).output;
}

/** Four classes over four pixels; pixel i belongs to class i, and the last is a tie of 0 and 3. */
const scores: OutputTensor = {
  dims: [1, 4, 1, 4],
  data: Float32Array.from([1, 0, 0, 7, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 7]),
};

async function masks(spec: ClassesOutputSpec, raw = scores, width = 4, height = 1) {
  const found = await classMasks(raw, spec, width, height);
  return Object.fromEntries(found.map(({ name, mask }) => [name, [...mask.data]]));
}

describe('masks of classes', () => {
  it('are one a foreground class and their union, by the highest score, the first of equals', async () => {
    expect(await masks(output())).toEqual({
      upper: [0, 255, 0, 0],
      lower: [0, 0, 255, 0],
      full: [0, 0, 0, 0],
      union: [0, 255, 255, 0],
    });
  });

  it('leave out the classes that are no foreground', async () => {
    expect(await masks(output({ foreground: ['lower'] }))).toEqual({
      lower: [0, 0, 255, 0],
      union: [0, 0, 255, 0],
    });
  });

  it('are read from an output that holds class numbers already', async () => {
    const numbers = { dims: [1, 1, 1, 4], data: Float32Array.from([0, 3, 2, 1]) };
    expect((await masks(output(), numbers))['full']).toEqual([0, 255, 0, 0]);
  });

  it('enlarged as numbers have a rim of the classes between, as rembg has it; enlarged as masks they have not', async () => {
    const step = { dims: [1, 4, 1, 2], data: Float32Array.from([1, 0, 0, 0, 0, 0, 0, 1]) };
    const asNumbers = await masks(output({ enlarge: 'indices' }), step, 16, 1);
    expect(asNumbers['upper']).toContain(255);
    expect(asNumbers['lower']).toContain(255);
    const asMasks = await masks(output(), step, 16, 1);
    expect(asMasks['upper']?.every((value) => value === 0)).toBe(true);
    expect(asMasks['full']?.some((value) => value > 0 && value < 255)).toBe(true);
  });

  it('do not count numbers that overshoot the last class', async () => {
    // A spike of the last class, resampled, rings above 3.
    const spike = { dims: [1, 1, 1, 8], data: Float32Array.from([0, 0, 0, 3, 3, 0, 0, 0]) };
    const found = await masks(output({ enlarge: 'indices' }), spike, 64, 1);
    const union = found['union'] ?? [];
    expect(union.filter((value) => value === 255).length).toBeGreaterThan(0);
    for (const [i, value] of union.entries()) {
      const single = ['upper', 'lower', 'full'].some((name) => found[name]?.[i] === 255);
      expect(value === 255).toBe(single);
    }
  });

  it('need as many channels as there are names', async () => {
    const three = { dims: [1, 3, 1, 1], data: new Float32Array(3) };
    await expect(masks(output(), three, 1, 1)).rejects.toMatchObject({
      code: 'model.output',
      message: 'output has 3 channels',
      remedy: 'output.classes.names has 4 names',
    });
  });
});

describe("the candidate's matte", () => {
  it.each([
    ['union', 1],
    ['lower', 1],
    ['stacked', 3],
  ])('is %s, %d times as high as the image', async (matte, times) => {
    const spec = output({ matte });
    const found = matteOfClasses(await classMasks(scores, spec, 4, 1), matte);
    expect(found).toMatchObject({ width: 4, height: times });
    expect(found.data).toHaveLength(4 * times);
  });

  it('stacked has the classes from top to bottom, without the union', async () => {
    const found = matteOfClasses(await classMasks(scores, output(), 4, 1), 'stacked');
    expect([...found.data]).toEqual([0, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0]);
  });

  it('cannot be a class that the spec does not name', () => {
    expect(() => output({ matte: 'shoes' })).toThrow(/expected union, stacked, or one of upper, lower, full/);
    expect(() => output({ foreground: ['hat'] })).toThrow(/hat.*is not one of the names/);
  });
});
