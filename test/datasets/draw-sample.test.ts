import { describe, expect, it } from 'vitest';
import type { DatasetEntry, Sample } from '../../src/datasets/dataset.js';
import { drawSample, takeImages } from '../../src/datasets/draw-sample.js';
import { createRandom } from '../../src/stats/random.js';
import { shortOrLong } from '../support/long.js';

const entry = (id: string, attributes: Sample['attributes'] = {}): DatasetEntry => ({
  kind: 'sample',
  sample: { dataset: 'd', id, imagePath: `${id}.jpg`, truthPath: `${id}.png`, attributes },
});
const unusable = (id: string): DatasetEntry => ({
  kind: 'problem',
  problem: { dataset: 'd', id, code: 'data.unpaired', path: `${id}.jpg`, message: 'no mask' },
});
const idOf = (of: DatasetEntry): string => (of.kind === 'sample' ? of.sample.id : of.problem.id);
const numbered = (count: number): readonly DatasetEntry[] =>
  Array.from({ length: count }, (_, i) => entry(String(i).padStart(4, '0')));

/** 60 cats, 30 dogs, 9 eels and 1 fox, mixed. */
const ANIMALS = ['cat', 'dog', 'eel', 'fox'];
const animalOf = (i: number): string => ANIMALS[i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : i === 99 ? 3 : 2] ?? '';
const zoo = Array.from({ length: 100 }, (_, i) => entry(`z${i}`, { animal: animalOf(i) }));

function draw(entries: readonly DatasetEntry[], count: number, seed = 1, by?: string): readonly string[] {
  return drawSample('d', entries, { count, seed, by }).entries.map(idOf);
}

function countsOf(ids: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const id of ids) {
    const animal = animalOf(Number(id.slice(1)));
    counts[animal] = (counts[animal] ?? 0) + 1;
  }
  return counts;
}

/** The same entries in another order. */
function shuffled(entries: readonly DatasetEntry[], seed: number): readonly DatasetEntry[] {
  const random = createRandom(seed);
  const keys = entries.map((of) => ({ of, key: random.uniform() }));
  return keys.sort((a, b) => a.key - b.key).map(({ of }) => of);
}

/** Squared deviations of counts from what is expected of each, in units of their variance when nobody has an edge. */
function chiSquare(counts: readonly number[], expected: number, share: number): number {
  return counts.reduce((sum, n) => sum + (n - expected) ** 2, 0) / (expected * (1 - share));
}

describe('a drawn sample', () => {
  it('follows from seed and ids alone, in whatever order they are listed and in whatever form names are written', () => {
    const entries = numbered(200);
    const drawn = draw(entries, 20, 7);
    expect(drawn).toHaveLength(20);
    expect(new Set(drawn).size).toBe(20);
    for (const seed of [1, 2, 3]) expect([...draw(shuffled(entries, seed), 20, 7)].sort()).toEqual(drawn);
    // by Python's hashlib: what any machine and any later version must draw
    expect(draw(numbered(10), 3, 1)).toEqual(['0000', '0006', '0007']);
    expect(draw(zoo, 10, 1, 'animal')).toEqual([...draw(shuffled(zoo, 4), 10, 1, 'animal')].sort(byNumber));
    const accents = (form: 'NFC' | 'NFD') => ['é', 'ü', 'å', 'ñ', 'ö'].map((id) => entry(id.normalize(form)));
    const composed = draw(accents('NFC'), 2);
    expect(draw(accents('NFD'), 2).map((id) => id.normalize('NFC'))).toEqual(composed);
  });

  it('keeps the order in which images come', () => {
    expect(draw(numbered(50), 12)).toEqual([...draw(numbered(50), 12)].sort());
  });

  it('has a smaller one of the same seed in it', () => {
    const entries = numbered(300);
    const sizes = [1, 2, 5, 40, 41, 299, 300, 301].map((count) => new Set(draw(entries, count, 5)));
    for (const [i, smaller] of sizes.slice(0, -1).entries())
      expect([...smaller].every((id) => sizes[i + 1]?.has(id))).toBe(true);
    expect(sizes.map(({ size }) => size)).toEqual([1, 2, 5, 40, 41, 299, 300, 300]);
  });

  it('takes every image equally often, and every pair of images, over many seeds', () => {
    const [images, count, seeds] = [30, 6, shortOrLong(6000, 60_000)];
    const entries = numbered(images);
    const alone = Array.from({ length: images }, () => 0);
    const together = Array.from({ length: images * images }, () => 0);
    for (let seed = 0; seed < seeds; seed++) {
      const drawn = draw(entries, count, seed).map(Number);
      for (const a of drawn) {
        alone[a] = (alone[a] ?? 0) + 1;
        for (const b of drawn) if (a < b) together[a * images + b] = (together[a * images + b] ?? 0) + 1;
      }
    }
    // 29 and some 434 degrees of freedom: mean and standard deviation of chi-square, and 5 of these
    const share = count / images;
    expect(Math.abs(chiSquare(alone, seeds * share, share) - 30)).toBeLessThan(5 * Math.sqrt(2 * 29));
    const both = (count * (count - 1)) / (images * (images - 1));
    const pairs = together.filter((_, i) => Math.floor(i / images) < i % images);
    expect(pairs).toHaveLength(435);
    expect(Math.abs(chiSquare(pairs, seeds * both, both) - 435)).toBeLessThan(5 * Math.sqrt(2 * 435));
  });

  it('holds what is no usable pair at its share, and all of it where all images are taken', () => {
    const entries = [...numbered(60), ...Array.from({ length: 30 }, (_, i) => unusable(`x${i}`))];
    let problems = 0;
    const seeds = shortOrLong(1000, 10_000);
    for (let seed = 0; seed < seeds; seed++) {
      const drawn = draw(entries, 20, seed);
      expect(drawn.filter((id) => !id.startsWith('x'))).toHaveLength(20);
      problems += drawn.filter((id) => id.startsWith('x')).length;
    }
    // 20 of 61 places lie before the last image of 20 that are drawn of 60, less what is right of it
    expect(problems / seeds).toBeCloseTo((30 * 20) / 61, 0);
    expect(draw(entries, 60)).toHaveLength(90);
    expect(draw([unusable('a')], 5)).toEqual(['a']);
  });
});

const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1));

describe('a sample by an attribute', () => {
  it('gives each value its share, rounded by largest remainders', () => {
    expect(countsOf(draw(zoo, 10, 1, 'animal'))).toEqual({ cat: 6, dog: 3, eel: 1 });
    // 15 of 100: 9, 4.5, 1.35 and 0.15
    expect(countsOf(draw(zoo, 15, 1, 'animal'))).toEqual({ cat: 9, dog: 5, eel: 1 });
    // 93: 55.8, 27.9, 8.37 and 0.93
    expect(countsOf(draw(zoo, 93, 1, 'animal'))).toEqual({ cat: 56, dog: 28, eel: 8, fox: 1 });
    expect(countsOf(draw(zoo, 200, 1, 'animal'))).toEqual({ cat: 60, dog: 30, eel: 9, fox: 1 });
  });

  it('is off by less than one image for any count, and has exactly as many as asked for', () => {
    const sizes = { cat: 60, dog: 30, eel: 9, fox: 1 };
    for (let count = 1; count <= 100; count++) {
      const counts = countsOf(draw(zoo, count, count, 'animal'));
      expect(Object.values(counts).reduce((a, b) => a + b)).toBe(count);
      for (const [animal, size] of Object.entries(sizes))
        expect(Math.abs((counts[animal] ?? 0) - (count * size) / 100)).toBeLessThan(1);
    }
  });

  it('takes the images of a value equally often over many seeds', () => {
    const seeds = shortOrLong(2000, 20_000);
    const taken = new Map<string, number>();
    for (let seed = 0; seed < seeds; seed++)
      for (const id of draw(zoo, 20, seed, 'animal')) taken.set(id, (taken.get(id) ?? 0) + 1);
    const cats = zoo.map(idOf).filter((id) => animalOf(Number(id.slice(1))) === 'cat');
    const counts = cats.map((id) => taken.get(id) ?? 0);
    expect(Math.abs(chiSquare(counts, (seeds * 12) / 60, 12 / 60) - 60)).toBeLessThan(5 * Math.sqrt(2 * 59));
  });

  it('decides equal remainders by the seed, so that no name has an edge', () => {
    const unique = Array.from({ length: 40 }, (_, i) => entry(`z${i}`, { name: `n${i}` }));
    const seeds = shortOrLong(1500, 15_000);
    const taken = new Map<string, number>();
    for (let seed = 0; seed < seeds; seed++)
      for (const id of draw(unique, 10, seed, 'name')) taken.set(id, (taken.get(id) ?? 0) + 1);
    const counts = unique.map((of) => taken.get(idOf(of)) ?? 0);
    expect(Math.abs(chiSquare(counts, seeds / 4, 1 / 4) - 40)).toBeLessThan(5 * Math.sqrt(2 * 39));
  });

  it('says which values are too rare for an image', () => {
    const { drawn, tooRare } = drawSample('d', zoo, { count: 10, seed: 1, by: 'animal' });
    expect({ drawn, tooRare }).toEqual({
      drawn: { from: 100, strata: { values: 4, without: 1 } },
      tooRare: ['fox'],
    });
  });

  it('has images without the attribute as a value of their own, and refuses one that no image has', () => {
    const half = zoo.map((of, i) => (i % 2 === 0 ? of : entry(idOf(of))));
    expect(draw(half, 10, 1, 'animal').filter((id) => Number(id.slice(1)) % 2 === 1)).toHaveLength(5);
    const wrong = (by: string) => () => drawSample('d', zoo, { count: 5, seed: 1, by });
    expect(wrong('anmial')).toThrow('the images of "d" have no attribute "anmial"');
    expect(wrong('anmial')).toThrow(expect.objectContaining({ remedy: 'did you mean "animal"?' }));
    const measured = expect.stringContaining('it is measured after the draw; known before: animal') as string;
    expect(wrong('foreground-share')).toThrow(expect.objectContaining({ remedy: measured }));
    const none = () => drawSample('d', numbered(3), { count: 2, seed: 1, by: 'x' });
    expect(none).toThrow(expect.objectContaining({ remedy: 'there are none' }));
  });
});

describe('images that are taken', () => {
  it('are the first ones for a limit, with what is no usable pair before the last of them', async () => {
    async function* listed(): AsyncGenerator<DatasetEntry> {
      yield* [unusable('a'), entry('b'), unusable('c'), entry('d'), unusable('e')];
    }
    const { signal } = new AbortController();
    const ids: string[] = [];
    for await (const of of (await takeImages('d', listed(), { limit: 2 }, signal)).entries)
      ids.push(idOf(of));
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    await expect(
      takeImages('d', listed(), { sample: { count: 1, seed: 1 } }, AbortSignal.abort()),
    ).rejects.toThrow();
  });
});
