import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaCdf, betaQuantile } from '../../src/stats/beta-distribution.js';
import { binomialCdf, binomialDensity } from '../../src/stats/binomial-distribution.js';
import { normalCdf, normalQuantile } from '../../src/stats/normal-distribution.js';
import { studentCdf, studentQuantile } from '../../src/stats/student-distribution.js';
import reference from './reference.json' with { type: 'json' };

const { distributions } = reference;

/** Close in relative terms, with an absolute floor for values next to zero. */
function expectClose(found: number, expected: number, relative: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(relative * Math.abs(expected) + 1e-15);
}

describe('the normal distribution', () => {
  it.each(distributions.normalCdf)('has SciPy’s probability below %f', (z, p) => {
    expectClose(normalCdf(z), p, 1e-12);
  });

  it.each(distributions.normalQuantile)('has SciPy’s quantile at %f', (p, z) => {
    expectClose(normalQuantile(p), z, 1e-12);
  });

  it('goes to the ends of its range without overflow', () => {
    expect(normalCdf(-60)).toBe(0);
    expect(normalCdf(60)).toBe(1);
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(normalCdf(Number.NaN)).toBeNaN();
    expect(() => normalQuantile(0)).toThrow('must lie between 0 and 1');
  });

  it('is undone by its quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
        expectClose(normalCdf(normalQuantile(p)), p, 1e-11);
      }),
    );
  });
});

describe('the beta distribution', () => {
  it.each(distributions.betaCdf)('has SciPy’s probability below %f for a %f, b %f', (x, a, b, p) => {
    expectClose(betaCdf(x, a, b), p, 1e-11);
  });

  it('is undone by its quantile', () => {
    const side = fc.double({ min: 0.5, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), side, side, (p, a, b) => {
        expectClose(betaCdf(betaQuantile(p, a, b), a, b), p, 1e-9);
      }),
    );
  });
});

describe('Student’s t distribution', () => {
  it.each(distributions.studentQuantile)(
    'has SciPy’s quantile at %f with %f degrees of freedom',
    (p, v, t) => {
      expectClose(studentQuantile(p, v), t, 1e-9);
    },
  );

  it('is symmetric', () => {
    expect(studentCdf(1.3, 7) + studentCdf(-1.3, 7)).toBeCloseTo(1, 14);
    expect(studentCdf(0, 7)).toBeCloseTo(0.5, 14);
  });
});

describe('the binomial distribution', () => {
  it.each(distributions.binomialCdf)('has SciPy’s P(X <= %d) for n %d, p %f', (k, n, p, cdf) => {
    expectClose(binomialCdf(k, n, p), cdf, 1e-8);
  });

  it.each(distributions.binomialDensity)('has SciPy’s P(X = %d) for n %d, p %f', (k, n, p, density) => {
    expectClose(binomialDensity(k, n, p), density, 1e-8);
  });

  it('is certain at the ends of its range', () => {
    expect(binomialCdf(-1, 5, 0.5)).toBe(0);
    expect(binomialCdf(5, 5, 0.5)).toBe(1);
    expect([0, 1, 5, 6].map((k) => binomialDensity(k, 5, 1))).toEqual([0, 0, 1, 0]);
    expect([-1, 0, 1].map((k) => binomialDensity(k, 5, 0))).toEqual([0, 1, 0]);
  });
});
