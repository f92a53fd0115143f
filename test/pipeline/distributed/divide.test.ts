import { describe, expect, it } from 'vitest';
import { differenceOfLists } from '../../../src/pipeline/distributed/compare-lists.js';
import { divider } from '../../../src/pipeline/distributed/divide.js';
import type { PlanRecord } from '../../../src/store/records.js';

const SAMPLE = { kind: 'sample' } as PlanRecord;

function divide(costs: readonly number[], shards: number): readonly number[][] {
  const of = divider({ samples: costs.length, cost: costs.reduce((a, b) => a + b, 0) }, shards);
  const parts: number[][] = Array.from({ length: shards }, () => []);
  for (const cost of costs) parts[of(SAMPLE, cost) - 1]?.push(cost);
  return parts;
}
const sum = (costs: readonly number[]): number => costs.reduce((a, b) => a + b, 0);

describe('a list divided among shards', () => {
  it('is cut by cost and not by count: 20 samples as dear as the other 180 are half of it', () => {
    const costs = [...Array<number>(20).fill(9), ...Array<number>(180).fill(1)];
    const parts = divide(costs, 4);
    expect(parts.map((part) => part.length)).toEqual([10, 10, 90, 90]);
    expect(parts.map(sum)).toEqual([90, 90, 90, 90]);
  });

  it('differs between shards by one sample at most, whatever the samples cost', () => {
    const costs = Array.from({ length: 1000 }, (_, i) => 1 + ((i * 7919) % 13));
    const parts = divide(costs, 37).map(sum);
    expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(2 * 13);
    expect(sum(parts)).toBe(sum(costs));
  });

  it.each([
    ['the last samples cost all', [0.01, 0.01, 0.01, 100, 100]],
    ['the first one costs all', [1000, 1, 1, 1, 1]],
    ['every shard has one', [1, 1, 1, 1, 1]],
  ])('leaves no shard empty: %s', (_what, costs) => {
    for (const shards of [1, 2, 3, 4, 5])
      for (const part of divide(costs, shards)) expect(part.length).toBeGreaterThan(0);
  });

  it('goes in order, so that one after the other they are the list', () => {
    const costs = Array.from({ length: 50 }, (_, i) => i + 1);
    expect(divide(costs, 7).flat()).toEqual(costs);
  });

  it('is refused where there are more shards than samples', () => {
    expect(() => divide([1, 1], 3)).toThrow(/2 samples cannot be divided among 3 shards/);
  });
});

describe('two lists of images', () => {
  const list = async function* (...names: readonly string[]) {
    for (const name of names) {
      const [dataset = '', id = '', content = ''] = name.split('/');
      yield { dataset, id, content };
    }
  };
  const compare = (planned: readonly string[], now: readonly string[]): Promise<string | undefined> =>
    differenceOfLists(list(...planned), list(...now), ['b', 'a'], (x, y) => x.content === y.content);

  it.each<readonly [string, readonly string[], readonly string[], string | undefined]>([
    ['the same', ['b/1', 'a/1'], ['b/1', 'a/1'], undefined],
    ['one came at the end', ['b/1'], ['b/1', 'a/1'], 'added 1 image (a/1)'],
    ['one came at the start', ['b/2', 'a/1'], ['b/1', 'b/2', 'a/1'], 'added 1 image (b/1)'],
    ['one went', ['b/1', 'b/2', 'a/1'], ['b/1', 'a/1'], 'removed 1 image (b/2)'],
    [
      'all at once',
      ['b/1', 'b/2/old', 'a/1'],
      ['b/0', 'b/2/new', 'a/1'],
      'added 1 image (b/0), removed 1 image (b/1), changed 1 image (b/2)',
    ],
    ['many', [], ['b/1', 'b/2', 'b/3', 'b/4', 'b/5'], 'added 5 images (b/1, b/2, b/3, ...)'],
  ])('%s', async (_what, planned, now, says) => expect(await compare(planned, now)).toBe(says));
});
