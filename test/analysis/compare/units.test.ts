import { describe, expect, it } from 'vitest';
import { compareSides } from '../../../src/analysis/compare/compare.js';
import { rankRun } from '../../../src/analysis/compare/rank.js';
import { checkGate } from '../../../src/analysis/gate/check.js';
import { promiseLine } from '../../../src/reports/comparison/outcome-lines.js';
import { rankingDocument } from '../../../src/reports/comparison/ranking-table.js';
import { createRandom } from '../../../src/stats/random.js';
import { oneModelSide, paperGate, paperSide } from '../../support/paper-sides.js';

const random = createRandom('units');
const quick = { resamples: 300, metrics: ['iou'] };
/** 80 units of 5 images that share what they differ by. */
const UNITS = 80;
const units = Array.from({ length: 5 * UNITS }, (_, i) => `burst ${Math.floor(i / 5)}`);
const before = units.map(() => 0.8);
const shared = Array.from({ length: UNITS }, () => 0.02 * random.normal());
const now = before.map((score, i) => score + (shared[Math.floor(i / 5)] ?? 0) + 0.001 * random.normal());
const side = (label: string, iou: readonly number[], more: object = {}) =>
  oneModelSide(label, { iou }, { units, ...more });

describe('scores of images that belong to units', () => {
  it('count units in intervals and p, and name them beside the images', async () => {
    const [byUnit, byImage] = await Promise.all([
      compareSides(side('a', before), side('b', now), quick),
      compareSides(oneModelSide('a', { iou: before }), oneModelSide('b', { iou: now }), quick),
    ]);
    const [row] = byUnit.comparison.pairs[0]?.metrics ?? [];
    const [plain] = byImage.comparison.pairs[0]?.metrics ?? [];
    expect(row).toMatchObject({ n: 400, units: 80, wins: plain?.wins, losses: plain?.losses });
    expect(plain).not.toHaveProperty('units');
    expect(row?.gain?.mean).toBeCloseTo(plain?.gain?.mean ?? 0, 12);
    const width = (of: typeof row): number => (of?.gain?.upper ?? 0) - (of?.gain?.lower ?? 0);
    expect(width(row) / width(plain)).toBeGreaterThan(1.9);
  });

  it('weigh every unit alike, whatever its size', async () => {
    const uneven = ['a', 'b', 'b', 'b'];
    const run = paperSide('run', {
      datasets: [
        {
          name: 'd',
          units: uneven,
          models: { good: { iou: [0.4, 1, 1, 1] }, poor: { iou: [1, 0.6, 0.6, 0.6] } },
        },
      ],
    });
    const { tables } = await rankRun(run);
    expect(tables[0]).toMatchObject({
      n: 4,
      units: 2,
      ranks: [
        { model: 'poor', mean: 0.8 },
        { model: 'good', mean: 0.7 },
      ],
    });
    expect(tables[0]?.cautions).toContain(
      'Fewer than 6 units: no two of 2 models can be told apart, whatever their scores.',
    );
  });

  it('are not counted as images where a model passes by identity', async () => {
    const mattes = { mattes: { m: units.map(() => 'a') } };
    const same = side('a', before, mattes);
    const rules = { accuracy: [{ metric: 'iou', margin: 0.01 }], losses: [{ metric: 'iou', over: 0.1 }] };
    const outcome = await checkGate(same, same, paperGate(rules), { resamples: 50, explain: false });
    for (const { evidence, figures } of outcome.pairs[0]?.checks ?? []) {
      expect(evidence).toContain('made equal mattes of all 400 images in 80 units');
      expect(figures).toMatchObject({ byIdentity: 400, n: 80 });
    }
    expect(promiseLine(outcome)).toContain('Promised, of independent units and scores');
    const ranking = await rankRun(
      paperSide('run', { datasets: [{ name: 'd', units, models: { m: { iou: before }, n: { iou: now } } }] }),
    );
    expect(JSON.stringify(rankingDocument(ranking))).toContain('for independent units (docs/statistics.md)');
  });

  it('are refused against others by name', async () => {
    const compare = (a: object, b: object) =>
      compareSides(side('before', before, a), side('now', now, b), quick).catch(
        (error: Error) => error.message,
      );
    const other = units.map((unit, i) => (i === 3 ? 'elsewhere' : unit));
    expect(await compare({}, { units: other })).toMatch('dataset d has other units (1 image (0003))');
    const without = compareSides(oneModelSide('before', { iou: before }), side('now', now), quick);
    await expect(without).rejects.toThrow('before names no units of dataset d');
    await expect(without).rejects.toMatchObject({ code: 'data.unpaired' });
  });

  it('are what a gate counts: units pass and fail, and the images needed are units', async () => {
    const rules = {
      accuracy: [{ metric: 'iou', margin: 0.05 }],
      catastrophes: [{ metric: 'iou', worseThan: 0.5, maximumShare: 0.05 }],
    };
    const check = async (iou: readonly number[], more: object = {}) => {
      const sides = [side('a', before, more), side('b', iou, more)] as const;
      const { pairs } = await checkGate(...sides, paperGate(rules), { resamples: 300 });
      return pairs[0]?.checks ?? [];
    };
    const [mean, tail] = await check(now);
    expect(mean).toMatchObject({ verdict: 'pass', figures: { n: 80, images: 400 } });
    expect(mean?.evidence).toMatch('over 80 units of 400 images');
    expect(tail).toMatchObject({ verdict: 'pass', figures: { n: 80, images: 400, hits: 0 } });
    // as few units as one sees nothing of: four images of each would not help
    const few = units.map((_, i) => `burst ${Math.floor(i / 50)}`);
    const [open] = await check(now, { units: few });
    expect(open).toMatchObject({ verdict: 'inconclusive', figures: { n: 8 } });
    expect(open?.evidence).toMatch(/too few units for this margin, which takes \d+ units/);
    // one image of five is lost in each unit: each unit counts a fifth
    const lost = now.map((score, i) => (i % 5 === 0 ? 0.1 : score));
    const [, failed] = await check(lost);
    expect(failed).toMatchObject({ verdict: 'fail', figures: { hits: 80 } });
    expect(failed?.figures['excess']).toBeCloseTo(0.2, 12);
    expect(failed?.rule).toMatch('each unit counting by the mean of its images');
  });

  it('are suspected where names say so and no units are named, in comparisons and rankings', async () => {
    const ids = Array.from({ length: 12 }, (_, i) => `clip${'abc'[Math.floor(i / 4)]}_${i % 4}`);
    const scores = { iou: ids.map(() => 0.5) };
    const run = oneModelSide('run', scores, { ids });
    const { comparison } = await compareSides(run, run, quick);
    expect(comparison.remarks.join()).toMatch('d names no units, and its images may be series');
    const { tables } = await rankRun(run);
    expect(tables[0]?.cautions.join()).toMatch('may be series');
    const named = oneModelSide('run', scores, { ids, units: ids.map((id) => id.slice(0, 5)) });
    expect((await compareSides(named, named, quick)).comparison.remarks.join()).not.toMatch('series');
  });
});
