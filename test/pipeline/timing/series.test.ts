import { describe, expect, it } from 'vitest';
import { phaseOverTurns, summarisePhase } from '../../../src/pipeline/summarise-timings.js';
import { explainSlowness, type TimedImageFacts } from '../../../src/pipeline/timing/slowness.js';
import { findOutliers } from '../../../src/pipeline/timing/write-series.js';
import type { SeriesSample } from '../../../src/runners/onnx/timing/time-together.js';

const sample = (key: string, pass: number, inferenceMs: number): SeriesSample => ({
  key,
  pass,
  turn: pass,
  atMs: 0,
  cpuMs: 0,
  phases: { decodeMs: 0, preprocessMs: 0, inferenceMs, postprocessMs: 0 },
});

describe('outliers', () => {
  it('are told by a prediction over the median of its image: a large image is none', () => {
    const samples = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((pass) => [
      sample('small', pass, 100 + pass),
      sample('large', pass, pass === 6 ? 1500 : 1000 + pass * 9),
    ]);
    const found = findOutliers(samples, () => 'd');
    expect([...found]).toEqual([sample('large', 6, 1500)]);
  });

  it('are sought in every dataset by itself', () => {
    const samples = [0, 1, 2, 3, 4, 5].flatMap((pass) => [
      sample('noisy', pass, 100 * (1 + (pass % 3))),
      sample('calm', pass, pass === 4 ? 130 : 100 + pass / 10),
    ]);
    const found = [...findOutliers(samples, (key) => key)];
    expect(found.map(({ key }) => key)).toEqual(['calm']);
  });
});

describe('the summary of a phase', () => {
  const values = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

  it('has percentiles only where there are enough values for them', () => {
    const told = (n: number): readonly string[] =>
      Object.keys(summarisePhase(values(n))).filter((name) => name.startsWith('p9'));
    expect(told(63)).toEqual([]);
    expect(told(64)).toEqual(['p90']);
    expect(told(130)).toEqual(['p90', 'p95']);
    expect(told(662)).toEqual(['p90', 'p95', 'p99']);
  });

  it('has mean, median, extremes and spread', () => {
    const { p50, mean, sd, min, max } = summarisePhase(values(99));
    expect([p50, mean, min, max]).toEqual([50, 50, 1, 99]);
    expect(sd).toBeCloseTo(28.72, 2);
  });

  it('has an interval of the median over turns, however many iterations there are in one', () => {
    const phases = (inferenceMs: number) => ({ decodeMs: 0, preprocessMs: 0, inferenceMs, postprocessMs: 0 });
    const intervalOf = (iterations: number, turnsMs: readonly number[]) => {
      const timed = turnsMs.flatMap((ms, turn) =>
        Array.from({ length: iterations }, () => ({ turn, phases: phases(ms) })),
      );
      return phaseOverTurns(timed, ({ inferenceMs }) => inferenceMs).p50Interval;
    };
    const few = intervalOf(4, [100, 110, 90, 105]);
    expect(intervalOf(4000, [100, 110, 90, 105])).toEqual(few);
    expect(few?.[0]).toBeLessThan(90);
    // turns that agree leave what processes differ by
    expect(intervalOf(4, [100, 100, 100])?.map((ms) => ms.toFixed(1))).toEqual(['94.3', '106.1']);
    expect(intervalOf(4, [100, 100])).toBeUndefined();
    const unrecorded = [1, 2, 3, 4, 5, 6, 7, 8].map((ms) => ({ phases: phases(ms) }));
    expect(phaseOverTurns(unrecorded, ({ inferenceMs }) => inferenceMs).p50Interval).toBeUndefined();
  });

  it('of a single value shows no spread', () => {
    expect(summarisePhase([7])).toEqual({ mean: 7, sd: null, p50: 7, min: 7, max: 7 });
  });
});

describe('why a dataset is slower', () => {
  const image = (
    dataset: string,
    megapixels: number,
    inference: number,
    complexity: number,
  ): TimedImageFacts => {
    const [preprocess, postprocess] = [10 * megapixels, 5 * megapixels];
    return {
      dataset,
      megapixels,
      ms: { preprocess, inference, postprocess, predict: preprocess + inference + postprocess },
      attributes: { complexity, megapixels },
    };
  };

  it('is told by phase and by size: larger images cost time, the network does not care', () => {
    const images = [1, 1.2, 0.8, 1.1].map((mp, i) => image('humans', mp, 300, i));
    const larger = [4, 6, 5, 5.2].map((mp, i) => image('dis5k', mp, 300, 10 - i));
    const found = explainSlowness('m', [...images, ...larger]);
    expect(found).toMatchObject({ slow: 'dis5k', fast: 'humans' });
    expect(found?.differenceMs.inference).toBe(0);
    expect(found?.differenceMs.predict).toBeCloseTo(15 * (5.05 - 1.025), 9);
    expect(found?.bySizeMs).toBeCloseTo(15 * (5.05 - 1.025), 9);
    expect(found?.r2).toBeCloseTo(1, 9);
    expect(found?.ratio?.inference).toEqual({ estimate: 1, lower: 1, upper: 1 });
    expect(found?.ratio?.predict.lower).toBeGreaterThan(1);
  });

  it('says one difference in milliseconds and in percent, also where one image takes much longer', () => {
    const even = [1, 1, 1, 1].map((mp) => image('even', mp, 100, 0));
    // medians and geometric means would have this one faster
    const outlier = [0.1, 0.1, 0.1, 60].map((mp) => image('outlier', mp, 100, 0));
    const found = explainSlowness('m', [...even, ...outlier]);
    expect(found).toMatchObject({ slow: 'outlier', fast: 'even' });
    const { estimate = NaN, lower = NaN } = found?.ratio?.predict ?? {};
    expect((estimate - 1) * 115).toBeCloseTo(found?.differenceMs.predict ?? NaN, 9);
    expect(estimate).toBeGreaterThan(1);
    expect(lower).toBeLessThan(1);
  });

  it('has the correlation of time with each attribute, where there is one to be told', () => {
    const images = [1, 2, 3, 4, 5, 6].map((mp, i) => image(i % 2 === 0 ? 'a' : 'b', mp, 300, -i));
    const correlations = explainSlowness('m', images)?.correlations ?? [];
    // Inference is the same for all: it goes together with nothing.
    expect(correlations.map(({ attribute, phase }) => `${attribute} ${phase}`)).toEqual([
      'complexity predict',
      'megapixels predict',
    ]);
    expect(correlations[0]?.estimate).toBe(-1);
  });

  it('with one image a dataset has no interval', () => {
    expect(explainSlowness('m', [image('a', 1, 300, 1), image('b', 2, 300, 2)])?.ratio).toBeUndefined();
  });

  it('is no question with one dataset', () => {
    expect(explainSlowness('m', [image('a', 1, 2, 3)])).toBeNull();
  });
});
