import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/stats/random.js';
import { ratioOfMedians, type RatioInterval, type RatioMethod } from '../../src/stats/ratio-of-medians.js';
import reference from './reference.json' with { type: 'json' };

const { baseline, candidate, estimate, interval } = reference.welch;
const METHODS: RatioMethod[] = ['welch', 'hierarchical'];

function ratio(a: number[][], b: number[][], method: RatioMethod = 'welch'): RatioInterval {
  const outcome = ratioOfMedians(a, b, { method, resamples: 2000 });
  if (outcome.kind !== 'interval') throw new Error(outcome.reason);
  return outcome;
}

/** Processes whose medians lie about `level`, each with an odd and an even number of times. */
function processes(seed: string, level: number, count: number, between = 0.02): number[][] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const own = level * Math.exp(between * random.normal());
    return Array.from({ length: 41 + (i % 2) }, () => own * Math.exp(0.05 * random.normal()));
  });
}

function inSeconds(side: number[][]): number[][] {
  return side.map((times) => times.map((t) => t / 1000));
}

function repeated(side: number[][]): number[][] {
  return side.map((times) => Array.from({ length: 30 }, () => times).flat());
}

describe('the ratio of medians', () => {
  it('has SciPy’s Welch interval of the log medians', () => {
    const found = ratio(baseline, candidate);
    expect(found.estimate).toBeCloseTo(estimate, 12);
    expect(found.lower).toBeCloseTo(interval[0], 10);
    expect(found.upper).toBeCloseTo(interval[1], 10);
    expect(found.processes).toEqual([4, 3]);
  });

  it.each(METHODS)('finds a planted slow-down of a tenth by %s', (method) => {
    const found = ratio(processes('a', 100, 12), processes('b', 110, 12), method);
    expect(found.lower).toBeGreaterThan(1.05);
    expect(found.upper).toBeLessThan(1.16);
  });

  it('is turned upside down when the sides change places, and blind to the unit', () => {
    const there = ratio(baseline, candidate);
    const back = ratio(candidate, baseline);
    expect(back.estimate).toBeCloseTo(1 / there.estimate, 12);
    expect(back.lower).toBeCloseTo(1 / there.upper, 12);
    expect(ratio(inSeconds(baseline), inSeconds(candidate)).lower).toBeCloseTo(there.lower, 12);
  });

  it('is a point when processes do not differ at all', () => {
    expect(ratio([[10], [10]], [[12], [12]])).toMatchObject({ estimate: expect.closeTo(1.2, 12) });
    const found = ratio([[10], [10]], [[12], [12]]);
    expect(found.lower).toBeCloseTo(1.2, 12);
    expect(found.upper).toBeCloseTo(1.2, 12);
  });

  it('takes processes, not times, for its units: more times from one process narrow nothing', () => {
    const [few, many] = [ratio(baseline, candidate), ratio(repeated(baseline), repeated(candidate))];
    expect(many.upper - many.lower).toBeCloseTo(few.upper - few.lower, 9);
  });

  it('is refused for a single process, an empty one and times of nothing', () => {
    expect(ratioOfMedians([[1]], [[1], [2]])).toEqual({
      kind: 'none',
      reason: 'too-few-processes',
      processes: [1, 2],
      needed: 2,
    });
    expect(() => ratioOfMedians([[1], []], [[1], [2]])).toThrow('quantiles of no values');
    expect(() => ratioOfMedians([[1], [0]], [[1], [2]])).toThrow('median time of a process is 0');
  });
});
