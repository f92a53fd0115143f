import { describe, expect, it } from 'vitest';
import { imagesNeeded, minimumDetectableEffect } from '../../src/stats/non-inferiority.js';
import reference from './reference.json' with { type: 'json' };

describe('the smallest effect that data can show', () => {
  it.each(reference.detectable)('with %d images is within 2 %% of the noncentral t’s', (n, effect) => {
    expect(Math.abs(minimumDetectableEffect(1, n) / effect - 1)).toBeLessThan(0.02);
  });

  it('scales with the spread, and shrinks with images and with what is asked', () => {
    expect(minimumDetectableEffect(0.06, 100)).toBeCloseTo(0.06 * minimumDetectableEffect(1, 100), 12);
    expect(minimumDetectableEffect(1, 400)).toBeLessThan(minimumDetectableEffect(1, 100) / 1.9);
    expect(minimumDetectableEffect(1, 100, { power: 0.5 })).toBeLessThan(minimumDetectableEffect(1, 100));
    expect(minimumDetectableEffect(0, 100)).toBe(0);
  });

  it('says how many images the margin would have taken', () => {
    const n = imagesNeeded(0.06, 0.01);
    expect(minimumDetectableEffect(0.06, n)).toBeLessThanOrEqual(0.01);
    expect(minimumDetectableEffect(0.06, n - 1)).toBeGreaterThan(0.01);
    expect(imagesNeeded(0.06, 0.01, {}, 0.005)).toBeLessThan(n);
    expect(imagesNeeded(0.06, 0.01, {}, -0.01)).toBe(Number.POSITIVE_INFINITY);
  });

  it('needs two differences and a sane spread', () => {
    expect(() => minimumDetectableEffect(1, 1)).toThrow('at least 2');
    expect(() => minimumDetectableEffect(-1, 5)).toThrow('standard deviation');
    expect(() => minimumDetectableEffect(1, 5, { power: 1 })).toThrow('power');
  });
});
