import { describe, expect, it } from 'vitest';
import {
  chooseImages,
  type Candidates,
  type ChooseOptions,
} from '../../../src/analysis/gallery/choose-images.js';

type Scores = readonly (readonly number[])[];

/** The scores of every image by every source, dataset by dataset. */
const images = (...datasets: readonly Scores[]): Candidates => {
  const all = datasets.flat();
  return {
    datasets: datasets.map((scores) => ({ images: scores.length })),
    sources: all[0]?.length ?? 0,
    score: (image, source) => all[image]?.[source] ?? Number.NaN,
  };
};
const chosen = (
  candidates: Candidates,
  count: number,
  options: Partial<ChooseOptions> = {},
): readonly number[] =>
  chooseImages(candidates, { count, changes: [], ...options }).map(({ image }) => image);

describe('the images of a gallery', () => {
  it('are the worst first, then those on which the models disagree most, then the best', () => {
    const candidates = images([
      [0.9, 0.9],
      [0.2, 0.25],
      [0.95, 0.3],
      [0.99, 0.98],
      [0.5, 0.5],
    ]);
    expect(chosen(candidates, 1)).toEqual([1]);
    // worst of the first, worst of the second that is not there yet, disagreement, best of the first
    expect(chosen(candidates, 4)).toEqual([1, 2, 3, 0]);
  });

  it('come from every dataset, however good its images are', () => {
    const candidates = images([[0.1], [0.2], [0.3]], [[0.98], [0.99]]);
    expect(chosen(candidates, 2).toSorted()).toEqual([0, 3]);
  });

  it('are never more than asked for, and none twice', () => {
    const candidates = images(Array.from({ length: 50 }, (_, i) => [i / 50, 1 - i / 50]));
    for (const count of [0, 1, 7, 50, 80]) {
      const indices = chosen(candidates, count);
      expect(indices).toHaveLength(Math.min(count, 50));
      expect(new Set(indices).size).toBe(indices.length);
    }
  });

  it('have those without any score last, so that a run that was not scored has a gallery too', () => {
    const none = Number.NaN;
    expect(chosen(images([[none], [0.5], [none]]), 3)).toEqual([1, 0, 2]);
    expect(chosen(images([[none], [none]]), 1)).toEqual([0]);
  });

  it('say why they are there, up to the third rank', () => {
    const [worst, best] = chooseImages(images([[0.1], [0.9]]), { count: 2, changes: [] });
    expect(worst.reasons[0]).toEqual({ kind: 'worst', source: 0, rank: 1 });
    expect(best.reasons[0]).toEqual({ kind: 'best', source: 0, rank: 1 });
    const many = chooseImages(images(Array.from({ length: 9 }, (_, i) => [i / 9])), {
      count: 9,
      changes: [],
    });
    expect(many.flatMap(({ reasons }) => reasons).every(({ rank }) => rank <= 3)).toBe(true);
    expect(many.flatMap(({ reasons }) => reasons)).toHaveLength(6);
  });
});

describe('against another run', () => {
  const changes = [{ before: 1, now: 0 }];
  // now, before
  const candidates = images([
    [0.5, 0.9],
    [0.9, 0.5],
    [0.7, 0.7],
    [0.6, 0.65],
  ]);

  it('the most regressed image comes before all others', () => {
    expect(chosen(candidates, 1, { changes })).toEqual([0]);
  });

  it('a comparison shows what changed and nothing else', () => {
    expect(chosen(candidates, 10, { changes, changesOnly: true })).toEqual([0, 1, 3]);
    expect(chosen(images([[0.7, 0.7]]), 10, { changes, changesOnly: true })).toEqual([]);
  });

  it('the model before is no contender: nothing is worst or best by it', () => {
    const reasons = chooseImages(candidates, { count: 10, changes }).flatMap((choice) => choice.reasons);
    expect(reasons.filter(({ source }) => source === 1)).toEqual([]);
    expect(reasons.filter(({ kind }) => kind === 'regressed').map(({ rank }) => rank)).toEqual([1, 2]);
    expect(reasons.filter(({ kind }) => kind === 'improved').map(({ rank }) => rank)).toEqual([1]);
  });
});
