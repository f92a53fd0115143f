import { describe, expect, it } from 'vitest';
import { compareSides } from '../../../src/analysis/compare/compare.js';
import { createRandom } from '../../../src/stats/random.js';
import { oneModelSide, paperSide } from '../../support/paper-sides.js';

const random = createRandom('compare test');
const noisy = (scores: readonly number[], shift: number): number[] =>
  scores.map((score) => score + shift + 0.01 * random.normal());
const good = Array.from({ length: 60 }, () => 0.9 + 0.02 * random.normal());
const quick = { resamples: 500 };

describe('a comparison', () => {
  it('of a run with itself finds nothing, on any metric', async () => {
    const run = oneModelSide('run', { iou: good, mae: good });
    const { comparison } = await compareSides(run, run, quick);
    const rows = comparison.pairs[0]?.metrics.filter(({ n }) => n > 0) ?? [];
    expect(rows.map(({ metric }) => metric)).toEqual(['iou', 'mae']);
    for (const row of rows) {
      expect(row).toMatchObject({ wins: 0, losses: 0, ties: 60, p: null, adjusted: null });
      expect(row.gain).toMatchObject({ mean: 0, lower: 0, upper: 0, method: 'constant' });
    }
    expect(comparison.pairs[0]?.moved).toEqual({ metric: 'iou', losses: [], gains: [] });
  });

  it('counts a fall of an error measure as a gain', async () => {
    const before = oneModelSide('before', { mae: good });
    const now = oneModelSide('now', { mae: good.map((error) => error - 0.05) });
    const { comparison } = await compareSides(before, now, { ...quick, metrics: ['mae'] });
    const [row] = comparison.pairs[0]?.metrics ?? [];
    expect(row?.gain?.mean).toBeCloseTo(0.05, 12);
    expect(row).toMatchObject({ better: 'lower', wins: 60, losses: 0 });
  });

  it('gives each dataset its rows, and the mean of the datasets one of its own', async () => {
    const side = (label: string, shift: number) =>
      paperSide(label, {
        datasets: [
          { name: 'd', models: { m: { iou: good.map((score) => score + shift) } } },
          { name: 'e', models: { m: { iou: good.slice(0, 20) } } },
        ],
      });
    const { comparison } = await compareSides(side('before', 0), side('now', -0.04), {
      ...quick,
      metrics: ['iou'],
    });
    const rows = comparison.pairs[0]?.metrics ?? [];
    expect(rows.map(({ dataset, n }) => [dataset, n])).toEqual([
      ['d', 60],
      ['e', 20],
      [null, 80],
    ]);
    // every dataset weighs the same
    expect(rows[2]?.gain?.mean).toBeCloseTo(-0.02, 12);
    expect(rows[2]).toMatchObject({ losses: 60, ties: 20, dz: null, rankBiserial: null });
    expect(rows[2]?.baseline).toBeCloseTo(((rows[0]?.baseline ?? 0) + (rows[1]?.baseline ?? 0)) / 2, 12);
  });

  it('weighs an image of a small dataset more where it flips signs', async () => {
    // what is won on many images is lost on few: nothing in the mean of datasets, much in that of images
    const side = (label: string, shift: number) =>
      paperSide(label, {
        datasets: [
          { name: 'd', models: { m: { iou: good.map((score) => score + shift) } } },
          { name: 'e', models: { m: { iou: good.slice(0, 10).map((score) => score - shift) } } },
        ],
      });
    const { comparison } = await compareSides(side('before', 0), side('now', 0.02), {
      ...quick,
      metrics: ['iou'],
    });
    const rows = comparison.pairs[0]?.metrics ?? [];
    expect(rows[2]?.gain?.mean).toBeCloseTo(0, 12);
    expect(rows[2]?.p).toBeGreaterThan(0.9);
    expect(rows[0]?.p).toBeLessThan(0.01);
  });

  it('has no mean of datasets without one of them, and no end beyond what a gain can be', async () => {
    const side = (label: string, iou: readonly number[]) =>
      paperSide(label, {
        datasets: [
          { name: 'd', models: { m: { iou } } },
          { name: 'e', models: { m: { iou: [Number.NaN, Number.NaN] } } },
        ],
      });
    const { comparison } = await compareSides(side('before', [0, 0, 0.1]), side('now', [1, 1, 0.1]), {
      ...quick,
      metrics: ['iou'],
    });
    const [d, , all] = comparison.pairs[0]?.metrics ?? [];
    expect(all).toMatchObject({ n: 3, baseline: null, candidate: null, gain: null, p: null });
    expect(d?.gain?.upper).toBe(1);
  });

  it('brackets the mean gain and finds a difference that is there', async () => {
    const { comparison } = await compareSides(
      oneModelSide('before', { iou: good }),
      oneModelSide('now', { iou: noisy(good, -0.01) }),
      { ...quick, metrics: ['iou'] },
    );
    const [row] = comparison.pairs[0]?.metrics ?? [];
    expect(row?.gain?.lower).toBeLessThan(-0.01 + 0.004);
    expect(row?.gain?.upper).toBeLessThan(0);
    expect(row?.p).toBeLessThan(0.01);
    expect(row?.dz).toBeLessThan(-0.5);
    expect(row?.rankBiserial).toBeLessThan(-0.5);
  });

  it('corrects p for the number of its rows', async () => {
    const { comparison } = await compareSides(
      oneModelSide('before', { iou: good, dice: good }),
      oneModelSide('now', { iou: noisy(good, 0.002), dice: noisy(good, 0) }),
      { ...quick, metrics: ['iou', 'dice'] },
    );
    const [first, second] = comparison.pairs[0]?.metrics ?? [];
    const smaller = Math.min(first?.p ?? 1, second?.p ?? 1);
    expect(Math.min(first?.adjusted ?? 1, second?.adjusted ?? 1)).toBeCloseTo(2 * smaller, 12);
  });

  it('leaves images out where a metric is undefined on either side, and counts them', async () => {
    const { comparison } = await compareSides(
      oneModelSide('before', { precision: [0.5, Number.NaN, 0.7, Number.NaN] }),
      oneModelSide('now', { precision: [0.6, 0.8, Number.NaN, Number.NaN] }),
      { ...quick, metrics: ['precision'] },
    );
    expect(comparison.pairs[0]?.metrics[0]).toMatchObject({
      n: 1,
      undefinedBaseline: 1,
      undefinedCandidate: 1,
    });
  });

  it('pairs by id, whatever the order of the images', async () => {
    const before = oneModelSide('before', { iou: [0.1, 0.2, 0.3] }, { ids: ['a', 'b', 'c'] });
    const now = oneModelSide('now', { iou: [0.3, 0.2, 0.1] }, { ids: ['c', 'b', 'a'] });
    const { comparison } = await compareSides(before, now, { ...quick, metrics: ['iou'] });
    expect(comparison.pairs[0]?.metrics[0]).toMatchObject({ ties: 3 });
  });

  it('names the images that moved most, the farthest first, both ways', async () => {
    const before = Array.from({ length: 30 }, () => 0.5);
    const now = before.map((score, i) => score + (i - 14.5) / 100);
    const { comparison } = await compareSides(
      oneModelSide('before', { iou: before }),
      oneModelSide('now', { iou: now }),
      { ...quick, metrics: ['iou'] },
    );
    const moved = comparison.pairs[0]?.moved;
    expect(moved?.losses.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, i) => String(i).padStart(4, '0')),
    );
    expect(moved?.gains.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, i) => String(29 - i).padStart(4, '0')),
    );
    expect(moved?.losses[0]).toMatchObject({ dataset: 'd', baseline: 0.5, gain: expect.closeTo(-0.145, 12) });
  });

  it('names datasets with pictures that a model was trained on', async () => {
    const side = (label: string) =>
      paperSide(label, {
        datasets: [{ name: 'd', tags: ['dis5k-te'], models: { m: { iou: good } } }],
        specs: { m: { trainedOn: ['dis5k-te'] } },
      });
    const { comparison } = await compareSides(side('before'), side('now'), { ...quick, metrics: ['iou'] });
    expect(comparison.pairs[0]?.leaked).toEqual([{ dataset: 'd', tags: ['dis5k-te'] }]);
  });

  it('is the same every time', async () => {
    const before = oneModelSide('before', { iou: good });
    const now = oneModelSide('now', { iou: noisy(good, -0.01) });
    const once = await compareSides(before, now, quick);
    expect((await compareSides(before, now, quick)).comparison).toEqual(once.comparison);
  });

  it('refuses metrics that are not on both sides', async () => {
    const run = oneModelSide('run', { iou: good });
    await expect(compareSides(run, run, { metrics: ['iuo'] })).rejects.toMatchObject({
      code: 'config.unknown-name',
      remedy: 'did you mean "iou"?',
    });
  });
});
