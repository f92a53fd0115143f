import { describe, expect, it } from 'vitest';
import { matteDifference, stageOf, tensorDifference } from '../../../src/analysis/drift/difference.js';
import { summariseDrift, worstFirst } from '../../../src/analysis/drift/summarise-drift.js';
import type { DriftedImage } from '../../../src/analysis/drift/drift.js';

const tensor = (...values: number[]) => ({ dims: [values.length], data: Float32Array.from(values) });
const matte = (...values: number[]) => ({ width: values.length, height: 1, data: Uint8Array.from(values) });

describe('the difference of two tensors', () => {
  it('is the greatest and the mean one', () => {
    expect(tensorDifference(tensor(0, 1, 2, 3), tensor(0, 1.5, 2, 1))).toEqual({ max: 2, mean: 0.625 });
  });

  it('is none where their shapes differ', () => {
    expect(tensorDifference(tensor(1, 2), tensor(1, 2, 3))).toBeNull();
    expect(tensorDifference(tensor(1, 2), { dims: [1, 2], data: Float32Array.of(1, 2) })).toBeNull();
  });
});

describe('the difference of two mattes', () => {
  it('is counted in levels, in flipped pixels and in overlap', () => {
    expect(matteDifference(matte(0, 127, 128, 255), matte(0, 128, 100, 250), 128)).toEqual({
      max: 28,
      mean: 34 / 4,
      flipped: 0.5,
      iou: 1 / 3,
    });
  });

  it('of two empty masks is an overlap of 1', () => {
    expect(matteDifference(matte(0, 9), matte(3, 0), 128)).toMatchObject({ flipped: 0, iou: 1 });
  });
});

describe('two models part', () => {
  const none = { max: 0, mean: 0 };
  const some = { max: 1, mean: 0.1 };
  const equal = { max: 0, mean: 0, flipped: 0, iou: 1 };
  const other = { max: 3, mean: 1, flipped: 0.1, iou: 0.9 };

  it.each([
    ['at the input tensor', some, some, other, 'input tensor'],
    ['at an input of another shape', null, none, other, 'input tensor'],
    ['at the raw output', none, some, other, 'raw output'],
    ['at an output of another shape', none, null, other, 'raw output'],
    ['only in post-processing', none, none, other, 'post-processing'],
    ['nowhere', none, none, equal, null],
  ])('%s', (_name, input, output, difference, stage) => {
    expect(stageOf(input, output, difference)).toBe(stage);
  });
});

describe('a summary of drift', () => {
  const image = (id: string, candidate: string, max: number, flipped: number): DriftedImage => ({
    candidate,
    id,
    status: 'compared',
    input: { max: 0, mean: 0 },
    output: { max, mean: max },
    matte: { max, mean: max / 2, flipped, iou: 1 - flipped },
    stage: max === 0 ? null : 'raw output',
    referenceIou: 0.9,
    candidateIou: 0.9 - flipped,
  });
  const records: readonly DriftedImage[] = [
    image('a', 'x', 0, 0),
    image('b', 'x', 10, 0.2),
    image('a', 'y', 4, 0),
    { candidate: 'y', id: 'b', status: 'failed', failure: { code: 'model.output', message: 'NaN' } },
  ];

  it('tells each candidate apart', () => {
    const [x, y] = summariseDrift(records);
    expect(x).toMatchObject({
      candidate: 'x',
      images: 2,
      failed: 0,
      identical: 1,
      maxLevel: 10,
      meanLevel: 2.5,
      maxFlipped: 0.2,
      meanFlipped: 0.1,
      minIou: 0.8,
      stages: { none: 1, 'raw output': 1 },
    });
    expect(x?.scoreChange).toBeCloseTo(-0.1, 12);
    expect(y).toMatchObject({ candidate: 'y', images: 1, failed: 1, identical: 0 });
  });

  it('has the worst images first, those that failed before all others', () => {
    expect(worstFirst(records).map(({ candidate, id }) => candidate + id)).toEqual(['yb', 'xb', 'ya', 'xa']);
  });
});
