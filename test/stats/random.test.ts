import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, randomFrom, type Random } from '../../src/stats/random.js';
import reference from './reference.json' with { type: 'json' };

function take(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

/** Mean and variance of 100,000 draws. */
function moments(draw: () => number): [number, number] {
  const drawn = take(100_000, draw);
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  return [mean, drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length];
}

function words(random: Random, count = 8): number[] {
  return take(count, () => random.uint32());
}

describe('the random stream', () => {
  it('is xoshiro128** as an independent implementation has it', () => {
    expect(words(randomFrom([1, 2, 3, 4]), 12)).toEqual(reference.xoshiro128);
  });

  it('keeps to the numbers that it gave when this was written', () => {
    const random = createRandom('maskbench');
    expect(words(random, 3)).toMatchInlineSnapshot(`
      [
        1435864629,
        146426319,
        2664957339,
      ]
    `);
    expect(take(3, () => random.below(100))).toMatchInlineSnapshot(`
      [
        0,
        73,
        92,
      ]
    `);
    expect(random.uniform()).toMatchInlineSnapshot(`0.7499736999628706`);
    expect(random.normal()).toMatchInlineSnapshot(`-1.4389019928956988`);
    expect(words(random.split('iou'), 2)).toMatchInlineSnapshot(`
      [
        3748143627,
        2677079136,
      ]
    `);
  });

  it('takes a number and its digits for the same seed, and tells other seeds apart', () => {
    expect(words(createRandom(7))).toEqual(words(createRandom('7')));
    const firsts = new Set(take(1000, () => 0).map((_, seed) => createRandom(seed).uint32()));
    expect(firsts.size).toBe(1000);
  });

  it('splits off streams that depend on the label alone, not on what was read before', () => {
    const fresh = createRandom(1).split('iou');
    const used = createRandom(1);
    words(used, 1000);
    expect(words(used.split('iou'))).toEqual(words(fresh));
    expect(words(createRandom(1).split('dice'))).not.toEqual(words(createRandom(1).split('iou')));
    expect(words(createRandom(1).split('a').split('b'))).not.toEqual(words(createRandom(1).split('ab')));
  });

  it('fills arrays with the very numbers that single calls give', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer(), (bound, seed) => {
        const filled = new Uint32Array(50);
        const filler = createRandom(seed);
        filler.fillBelow(filled, bound);
        expect(filled.every((x) => x < bound)).toBe(true);
        const random = createRandom(seed);
        expect(Array.from(filled)).toEqual(take(50, () => random.below(bound)));
        expect(filler.uint32()).toBe(random.uint32());
      }),
    );
  });

  it.each([1, 3, 6, 1000, 2_097_153, 3_000_000_000])('draws below %d evenly', (bound) => {
    const random = createRandom('even');
    const draws = 60_000;
    const cells = Math.min(bound, 6);
    const counts = Array.from({ length: cells }, () => 0);
    for (let i = 0; i < draws; i++) counts[Math.floor((random.below(bound) / bound) * cells)]++;
    const expected = draws / cells;
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // the 0.999 quantile for 5 degrees of freedom
    expect(chiSquared).toBeLessThan(20.6);
  });

  it('refuses bounds that are not whole numbers from 1', () => {
    expect(() => createRandom(1).below(0)).toThrow('at least 1');
    expect(() => createRandom(1).below(2.5)).toThrow('whole number');
  });

  it('has normal, uniform and exponential numbers of the right mean and spread', () => {
    const random = createRandom('moments');
    const [normal, normalVariance] = moments(() => random.normal());
    expect(Math.abs(normal)).toBeLessThan(0.015);
    expect(normalVariance).toBeCloseTo(1, 1);
    const [uniform, uniformVariance] = moments(() => random.uniform());
    expect(uniform).toBeCloseTo(0.5, 2);
    expect(uniformVariance).toBeCloseTo(1 / 12, 2);
    const [gap, gapVariance] = moments(() => random.exponential());
    expect(Math.abs(gap - 1)).toBeLessThan(0.015);
    expect(Math.abs(gapVariance - 1)).toBeLessThan(0.05);
  });
});
