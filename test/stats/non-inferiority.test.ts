import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundLevelFor, nonInferiority } from '../../src/stats/non-inferiority.js';
import { createRandom } from '../../src/stats/random.js';

function gains(mean: number, n = 200, sd = 0.02): number[] {
  const random = createRandom('gains');
  return Array.from({ length: n }, () => mean + sd * random.normal());
}

describe('non-inferiority', () => {
  it('passes a model against itself, with nothing to reckon the detectable loss from', () => {
    const found = nonInferiority([new Float64Array(200)], { margin: 0.01 });
    expect(found).toMatchObject({
      verdict: 'pass',
      because: 'lower-bound-above-margin',
      estimate: 0,
      lower: 0,
      upper: 0,
      constant: true,
      smallestDetectable: null,
      imagesNeeded: null,
    });
  });

  it('passes what is as good, fails what is clearly worse, and says so when it cannot tell', () => {
    expect(nonInferiority([gains(0)], { margin: 0.01 })).toMatchObject({ verdict: 'pass' });
    expect(nonInferiority([gains(-0.02)], { margin: 0.01 })).toMatchObject({
      verdict: 'fail',
      because: 'upper-bound-below-margin',
    });
    expect(nonInferiority([gains(-0.01)], { margin: 0.01 })).toMatchObject({
      verdict: 'inconclusive',
      because: 'interval-spans-margin',
    });
  });

  it('never fails a change of 0.002 beside a margin of 0.01', () => {
    for (const n of [30, 100, 1000]) {
      expect(nonInferiority([gains(-0.002, n)], { margin: 0.01 }).verdict).not.toBe('fail');
    }
  });

  it('gives the evidence: bounds, the loss it could have shown, the images it would take', () => {
    const found = nonInferiority([gains(-0.002)], { margin: 0.01 });
    const { lower, estimate, upper, smallestDetectable, imagesNeeded } = found;
    expect(lower).toBeLessThan(estimate ?? Number.NaN);
    expect(upper).toBeGreaterThan(estimate ?? Number.NaN);
    // t of the bound's 96.2 % and of 80 % power, in standard errors
    expect(smallestDetectable).toBeCloseTo((2.62 * 0.02) / Math.sqrt(200), 3);
    expect(imagesNeeded).toBeGreaterThan(15);
    expect(imagesNeeded).toBeLessThan(40);
    expect(found).toMatchObject({ n: 200, margin: 0.01, level: 0.95, caution: null });
  });

  it('takes its bounds further out the fewer the images', () => {
    expect(boundLevelFor(0.95, 60)).toBeCloseTo(0.975, 12);
    expect(boundLevelFor(0.95, 1_000_000)).toBeCloseTo(0.95, 5);
    expect(boundLevelFor(0.95, 0)).toBe(0.95);
    expect(nonInferiority([gains(0)], { margin: 0.01 }).boundLevel).toBe(boundLevelFor(0.95, 200));
  });

  it('is inconclusive on few images, even the best, unless allowed fewer', () => {
    const few = gains(0.5, 12);
    expect(nonInferiority([few], { margin: 0.01 })).toMatchObject({
      verdict: 'inconclusive',
      because: 'too-few-images',
    });
    expect(nonInferiority([few], { margin: 0.01, minimum: 10 })).toMatchObject({ verdict: 'pass' });
    expect(nonInferiority([], { margin: 0.01 })).toMatchObject({ estimate: null, because: 'too-few-images' });
    expect(nonInferiority([[0.3]], { margin: 0.01, minimum: 0 })).toMatchObject({ because: 'no-interval' });
  });

  it('fails a constant loss beyond the margin', () => {
    expect(nonInferiority([new Float64Array(50).fill(-0.02)], { margin: 0.01 })).toMatchObject({
      verdict: 'fail',
    });
  });

  it('turns with its margin from fail through inconclusive to pass, and never back', () => {
    const order = { fail: 0, inconclusive: 1, pass: 2 };
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 10 }), fc.integer(), (thousandths, seed) => {
        const values = gains(thousandths / 1000, 40);
        const verdicts = [0.001, 0.01, 0.02, 0.05].map(
          (margin) => order[nonInferiority([values], { margin, seed, resamples: 200 }).verdict],
        );
        expect(verdicts).toEqual(verdicts.toSorted((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it('asks for an improvement when nothing may be lost', () => {
    expect(nonInferiority([gains(0.01)], { margin: 0 })).toMatchObject({
      verdict: 'pass',
      imagesNeeded: null,
    });
    expect(nonInferiority([new Float64Array(50)], { margin: 0 })).toMatchObject({ verdict: 'inconclusive' });
  });

  it('refuses a margin below zero and a level below one half', () => {
    expect(() => nonInferiority([[1]], { margin: -0.01 })).toThrow('non-inferiority margin');
    expect(() => nonInferiority([[1]], { margin: 1, level: 0.4 })).toThrow('one-sided bound');
  });
});
