import { describe, expect, it } from 'vitest';
import { imagesForMargin, leastImages } from '../../src/stats/images-for-margin.js';
import { isShown } from '../../src/stats/mean-bounds.js';
import { createRandom } from '../../src/stats/random.js';
import { shortOrLong } from '../support/long.js';

const RANGE = [-1, 1] as const;
const OPTIONS = { margin: 0.01, range: RANGE };
const random = createRandom('images');
const noise = (n: number, sd: number, mean = 0): Float64Array =>
  Float64Array.from({ length: n }, () => Math.max(-1, Math.min(1, mean + sd * random.normal())));
const passes = (gains: readonly Float64Array[]): boolean =>
  isShown(gains, -0.01, { side: 'above', range: RANGE });

describe('the fewest images that a margin needs', () => {
  it('is where equal models first pass, a tenth above what no method can beat', () => {
    for (const [margin, bound] of [
      [0.002, 1497],
      [0.01, 299],
      [0.05, 59],
    ] as const) {
      expect(Math.ceil(Math.log(0.05) / Math.log(1 - margin))).toBe(bound);
      const least = leastImages({ margin, range: RANGE });
      const equal = (n: number): boolean =>
        isShown([new Float64Array(n)], -margin, { side: 'above', range: RANGE });
      expect([equal(least - 1), equal(least)]).toEqual([false, true]);
      expect(least).toBeGreaterThanOrEqual(bound);
      expect(least).toBeLessThan(1.13 * bound);
    }
  });

  it('is infinite where the gain is on the margin or below, and less for a gain', () => {
    expect(leastImages(OPTIONS, -0.01)).toBe(Number.POSITIVE_INFINITY);
    expect(leastImages(OPTIONS, -0.02)).toBe(Number.POSITIVE_INFINITY);
    expect(leastImages({ ...OPTIONS, margin: 0 }, 1)).toBe(5);
    expect(leastImages(OPTIONS, 0.01)).toBeLessThan(leastImages(OPTIONS));
  });
});

describe('the images that gains like these need', () => {
  it('are the fewest where nothing changed', () => {
    const { images, smallestMarginNow } = imagesForMargin([new Float64Array(50)], OPTIONS);
    expect(images).toBe(leastImages(OPTIONS));
    const now = { side: 'above', range: RANGE } as const;
    expect(isShown([new Float64Array(50)], -smallestMarginNow, now)).toBe(true);
    expect(isShown([new Float64Array(50)], 0.001 - smallestMarginNow, now)).toBe(false);
  });

  it('are so many that fresh samples of that size pass in about 8 of 10, and of half that size do not', () => {
    const gains = noise(400, 0.1);
    const { images } = imagesForMargin([gains], { ...OPTIONS, gain: 0 });
    expect(images).not.toBeNull();
    const n = images ?? 0;
    const runs = shortOrLong(100, 1000);
    const share = (size: number): number =>
      Array.from({ length: runs }, () => passes([noise(size, 0.1)])).filter(Boolean).length / runs;
    expect(share(n)).toBeGreaterThan(0.65);
    expect(share(n)).toBeLessThan(0.95);
    expect(share(Math.round(n / 2))).toBeLessThan(0.6);
  });

  it('keep the proportions of datasets, and are repeatable', () => {
    const datasets = [noise(40, 0.03), noise(80, 0.03)];
    const options = { ...OPTIONS, gain: 0, seed: 'a' };
    const found = imagesForMargin(datasets, options);
    expect(imagesForMargin(datasets, options)).toEqual(found);
    const n = found.images ?? 0;
    // bets follow the smaller of the two: two times 40 of 120 images count
    expect(n).toBeGreaterThan(1.4 * leastImages(OPTIONS));
    expect(n).toBeLessThan(2.2 * leastImages(OPTIONS));
    expect(
      passes([noise(Math.round(1.2 * n * (1 / 3)), 0.03), noise(Math.round(1.2 * n * (2 / 3)), 0.03)]),
    ).toBe(true);
  });

  it('are found where few are enough', () => {
    const one = imagesForMargin([[1, 0, 0, 0, 0, -1, 0, 0]], { ...OPTIONS, margin: 0.5, gain: 0 });
    expect(one.images).toBeGreaterThan(5);
    expect(one.images).toBeLessThan(30);
  });

  it('are none for a mean beyond the margin, or where more are needed than are tried, which are named', () => {
    const worse = imagesForMargin([noise(200, 0.03, -0.03)], OPTIONS);
    expect(worse).toMatchObject({ images: null, searched: 0 });
    expect(worse.smallestMarginNow).toBeGreaterThan(0.03);
    const hopeless = imagesForMargin([noise(200, 0.6)], { ...OPTIONS, gain: 0, margin: 0.002 });
    expect(hopeless.images).toBeNull();
    expect(hopeless.searched).toBeGreaterThan(10_000);
    expect(() => imagesForMargin([[]], OPTIONS)).toThrow('number of gains');
  });
});
