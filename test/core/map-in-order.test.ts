import { describe, expect, it } from 'vitest';
import { mapInOrder } from '../../src/core/map-in-order.js';

const later = async <T>(value: T, ms: number): Promise<T> =>
  new Promise((done) => {
    setTimeout(() => done(value), ms);
  });

async function toArray<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

describe('mapInOrder', () => {
  it('keeps the order however long each takes, and never has more at work than allowed', async () => {
    let [atWork, most] = [0, 0];
    const results = mapInOrder([5, 1, 4, 2, 3, 0], 3, async (n) => {
      most = Math.max(most, ++atWork);
      await later(undefined, n * 3);
      atWork--;
      return n * 10;
    });
    expect(await toArray(results)).toEqual([50, 10, 40, 20, 30, 0]);
    expect(most).toBe(3);
  });

  it('throws a failure when its turn comes', async () => {
    const seen: number[] = [];
    const results = mapInOrder([1, 2, 3], 3, async (n) => {
      if (n === 2) throw new Error('two');
      return later(n, 5);
    });
    await expect(
      (async () => {
        for await (const n of results) seen.push(n);
      })(),
    ).rejects.toThrow('two');
    expect(seen).toEqual([1]);
  });

  it('waits for what is at work when its reader stops early', async () => {
    let finished = 0;
    for await (const _ of mapInOrder([1, 2, 3, 4, 5, 6], 3, async () =>
      later(undefined, 5).then(() => finished++),
    )) {
      break;
    }
    expect(finished).toBeGreaterThanOrEqual(3);
  });

  it('reads no further ahead than it works', async () => {
    let read = 0;
    const source = (async function* () {
      for (let i = 0; i < 100; i++) {
        read++;
        yield i;
      }
    })();
    for await (const _ of mapInOrder(source, 4, async (n) => n)) break;
    expect(read).toBeLessThanOrEqual(4);
  });
});
