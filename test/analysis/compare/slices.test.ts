import { describe, expect, it } from 'vitest';
import type { SliceComparisons } from '../../../src/schema/comparison.js';
import { compareSides } from '../../../src/analysis/compare/compare.js';
import type { Attributes } from '../../../src/store/load-run-scores.js';
import { createRandom } from '../../../src/stats/random.js';
import { oneModelSide } from '../../support/paper-sides.js';

const N = 120;

async function slices(
  attributesOf: (i: number) => Attributes,
  gainOf: (i: number) => number = () => -0.01,
): Promise<SliceComparisons | null> {
  const random = createRandom('slices');
  const attributes = Array.from({ length: N }, (_, i) => attributesOf(i));
  const before = Array.from({ length: N }, () => 0.8);
  const now = before.map((score, i) => score + gainOf(i) + 0.005 * random.normal());
  const { comparison } = await compareSides(
    oneModelSide('before', { iou: before }, { attributes }),
    oneModelSide('now', { iou: now }, { attributes }),
    { metrics: ['iou'], resamples: 500 },
  );
  return comparison.pairs[0]?.slices ?? null;
}

const named = (found: SliceComparisons | null): string[] =>
  (found?.rows ?? []).map(({ attribute, value, n }) => `${attribute} ${value}: ${n}`);

describe('slices', () => {
  it('are there only where images have attributes', async () => {
    expect(await slices(() => ({}))).toBeNull();
  });

  it('are made of every value of a word', async () => {
    expect(named(await slices((i) => ({ split: i % 2 === 0 ? 'easy' : 'hard' })))).toEqual([
      'split easy: 60',
      'split hard: 60',
    ]);
  });

  it('are thirds of a number, and fixed ranges where thirds would cut equal values apart', async () => {
    const found = await slices((i) => ({ ipq: i, components: i < 60 ? 1 : 3 }));
    expect(named(found)).toEqual([
      'components 1: 60',
      'components 3: 60',
      'ipq 0 to 39: 40',
      'ipq 40 to 79: 40',
      'ipq 80 to 119: 40',
    ]);
  });

  it('are not made twice of a word and its number, nor of what never varies', async () => {
    const found = await slices((i) => ({
      group: ['chair', 'tree', 'bike'][i % 3] ?? '',
      groupNo: i % 3,
      source: 'all the same',
    }));
    expect(named(found)).toEqual(['group bike: 40', 'group chair: 40', 'group tree: 40']);
  });

  it('under 30 images are information only', async () => {
    const found = await slices((i) => ({ split: i < 29 ? 'small' : 'large' }));
    expect(found?.rows.find(({ value }) => value === 'small')).toMatchObject({
      n: 29,
      p: null,
      adjusted: null,
      gain: { lower: null, upper: null },
    });
    expect(found?.rows.find(({ value }) => value === 'large')?.gain.lower).not.toBeNull();
  });

  it('show where a loss sits, with p corrected for their number', async () => {
    const found = await slices(
      (i) => ({ split: ['a', 'b', 'c'][i % 3] ?? '' }),
      (i) => (i % 3 === 1 ? -0.05 : 0),
    );
    const [a, b, c] = found?.rows ?? [];
    expect(b?.gain.upper).toBeLessThan(-0.04);
    expect(b?.adjusted).toBeLessThan(0.05);
    expect(b?.adjusted).toBeGreaterThan(b?.p ?? 1);
    for (const other of [a, c]) expect(other?.adjusted).toBeGreaterThan(0.05);
  });
});
