import { describe, expect, it } from 'vitest';
import { gainPopulations } from '../../bench/support/gain-populations.mjs';
import type { Side } from '../../src/stats/betting.js';
import { isShown } from '../../src/stats/mean-bounds.js';
import { createRandom } from '../../src/stats/random.js';
import { rankByBounds } from '../../src/stats/ranking-by-bounds.js';
import { runningCapital } from '../../src/stats/running-capital.js';
import { shortOrLong } from '../support/long.js';

// The short form of bench/gate-bounds.mjs: the same populations, fewer samples and sizes, and the bars themselves.

const RUNS = shortOrLong(150, 1000);
/** Images of each dataset. */
const SIZES = shortOrLong([[200], [60, 140]], [[16], [200], [700], [1500], [60, 140], [50, 50, 400]]);
const NOISE = 3 * Math.sqrt((0.05 * 0.95) / RUNS);
const MARGIN = 0.01;
const RANGE = [-1, 1] as const;
const random = createRandom('gate bounds test');
const populations = gainPopulations(random.split('pools'));

const shows = (datasets: readonly Float64Array[], side: Side): boolean =>
  isShown(datasets, -MARGIN, { side, range: RANGE });
const share = (holds: () => boolean, runs = RUNS): number =>
  Array.from({ length: runs }, holds).filter(Boolean).length / runs;
const noisy = (n: number, sd: number, mean: number): Float64Array =>
  Float64Array.from({ length: n }, () => Math.max(-1, Math.min(1, mean + sd * random.normal())));

/** Images until a claim is shown, looked at after each; null if it never is. */
function stopping(gains: Float64Array, side: Side): number | null {
  const capital = runningCapital(-MARGIN, { side, range: RANGE, planned: [gains.length] });
  for (const [i, gain] of gains.entries()) {
    capital.add(0, gain);
    if (capital.look() >= Math.log(20)) return i + 1;
  }
  return null;
}

describe(`guaranteed bounds with the mean on the margin, ${RUNS} samples`, () => {
  it.each(populations.map(({ name, sample }) => ({ name, sample })))(
    'are wrong on either side in at most 5 of 100: $name',
    ({ name, sample }) => {
      const stream = random.split(name);
      for (const sizes of SIZES) {
        let [passes, fails] = [0, 0];
        for (let run = 0; run < RUNS; run++) {
          const gains = sizes.map((n) => sample(n, -MARGIN, stream));
          if (shows(gains, 'above')) passes += 1 / RUNS;
          if (shows(gains, 'below')) fails += 1 / RUNS;
        }
        expect(passes).toBeLessThan(0.05 + NOISE);
        expect(fails).toBeLessThan(0.05 + NOISE);
      }
    },
  );

  it('use up what they may where they are looked at after every image, and no more', () => {
    let most = 0;
    for (const { name, sample } of populations.filter((one) =>
      /disasters 2|lost or as|all or/.test(one.name),
    )) {
      const stream = random.split(`looks/${name}`);
      const passes = share(() => stopping(sample(shortOrLong(600, 2000), -MARGIN, stream), 'above') !== null);
      expect(passes).toBeLessThan(0.05 + NOISE);
      most = Math.max(most, passes);
    }
    expect(most).toBeGreaterThan(0.01);
  });
});

describe('what they can show', () => {
  it('passes equal candidates with noise .03 at n = 1,000, in one dataset or four', () => {
    expect(share(() => shows([noisy(1000, 0.03, 0)], 'above'), 50)).toBeGreaterThanOrEqual(0.9);
    const four = (): Float64Array[] => [1, 2, 3, 4].map(() => noisy(250, 0.03, 0));
    expect(share(() => shows(four(), 'above'), 50)).toBeGreaterThanOrEqual(0.9);
  });

  it('fails a loss of .05 (sd .1) at n = 500, and stops it after less than 250 of 5,000', () => {
    expect(share(() => shows([noisy(500, 0.1, -0.05)], 'below'), 50)).toBeGreaterThanOrEqual(0.9);
    const stops = Array.from({ length: 100 }, () => stopping(noisy(5000, 0.1, -0.05), 'below') ?? 1e9);
    stops.sort((a, b) => a - b);
    expect(stops[50]).toBeLessThanOrEqual(250);
    expect(stops[95]).toBeLessThanOrEqual(600);
  });

  it('ranks models that differ by .05 (sd .1) at n = 200', () => {
    const found = share(() => {
      const base = noisy(200, 0.1, 0.7);
      const contenders = [0.05, 0].map((offset, i) => ({
        name: `m${i}`,
        datasets: [base.map((d) => Math.min(1, d + offset + 0.0707 * random.normal()))],
      }));
      return rankByBounds(contenders, { better: 'higher', range: [0, 1] }).pairs[0].distinguished;
    }, 50);
    expect(found).toBeGreaterThanOrEqual(0.8);
  });
});
