import { describe, expect, it } from 'vitest';
import { createPair, createTruth } from '../../src/metrics/context.js';
import {
  DEFAULT_CONVENTIONS,
  type PairIntermediate,
  type TruthIntermediate,
} from '../../src/metrics/metric.js';
import { filled } from './arbitrary-masks.js';

describe('a truth', () => {
  it('computes an intermediate once for all pairs that share it', () => {
    let computed = 0;
    const area: TruthIntermediate<number> = {
      name: 'area',
      compute: ({ image }) => (computed++, image.data.length),
    };
    const truth = createTruth(filled(3, 2, 255));
    const pairs = [0, 128, 255].map((value) => createPair(filled(3, 2, value), truth));
    expect(pairs.map((pair) => pair.truth.get(area))).toEqual([6, 6, 6]);
    expect(computed).toBe(1);
  });

  it('remembers an intermediate whose value is undefined', () => {
    let computed = 0;
    const nothing: TruthIntermediate<undefined> = { name: 'nothing', compute: () => void computed++ };
    const truth = createTruth(filled(1, 1, 0));
    truth.get(nothing);
    truth.get(nothing);
    expect(computed).toBe(1);
  });
});

describe('a pair', () => {
  it('computes an intermediate once, and anew for another pair', () => {
    let computed = 0;
    const first: PairIntermediate<number> = {
      name: 'first value',
      compute: ({ prediction }) => (computed++, prediction.data[0]),
    };
    const truth = createTruth(filled(2, 2, 255));
    const [dark, light] = [filled(2, 2, 1), filled(2, 2, 200)].map((image) => createPair(image, truth));
    expect([dark.get(first), dark.get(first), light.get(first)]).toEqual([1, 1, 200]);
    expect(computed).toBe(2);
  });

  it('keeps two intermediates apart that have the same name', () => {
    const one: PairIntermediate<number> = { name: 'same', compute: () => 1 };
    const two: PairIntermediate<number> = { name: 'same', compute: () => 2 };
    const pair = createPair(filled(1, 1, 0), createTruth(filled(1, 1, 0)));
    expect([pair.get(one), pair.get(two)]).toEqual([1, 2]);
  });

  it('has the default conventions unless others are given', () => {
    expect(createPair(filled(1, 1, 0), createTruth(filled(1, 1, 0))).conventions).toEqual(
      DEFAULT_CONVENTIONS,
    );
  });

  it('refuses images of different size, and says both sizes', () => {
    expect(() => createPair(filled(4, 3, 0), createTruth(filled(3, 4, 0)))).toThrow(
      expect.objectContaining({
        code: 'data.size-mismatch',
        message: 'the prediction is 4 x 3, its ground truth 3 x 4',
      }),
    );
  });

  it('refuses images without pixels', () => {
    expect(() => createPair(filled(0, 3, 0), createTruth(filled(0, 3, 0)))).toThrow(
      expect.objectContaining({ code: 'data.empty' }),
    );
  });
});
