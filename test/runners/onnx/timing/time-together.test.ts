import { describe, expect, it } from 'vitest';
import type { EnergyCounter } from '../../../../src/runners/onnx/energy/counter.js';
import { parseDevice } from '../../../../src/runners/device.js';
import type { TimedModel, TogetherRequest } from '../../../../src/runners/onnx/timing/time-together.js';
import { imageOrder } from '../../../../src/runners/onnx/timing/passes.js';
import { timeTogether } from '../../../../src/runners/onnx/timing/time-together.js';
import { paperModel } from '../../../support/run-settings.js';
import { scriptTiming, type TimingScript } from './scripted-timing.js';

const IMAGES = [
  { key: '0', path: 'a.jpg' },
  { key: '1', path: 'b.jpg' },
];

function model(name: string, images = IMAGES): TimedModel {
  const { spec } = paperModel(name);
  const options = { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' } as const;
  return {
    name,
    images,
    load: { kind: 'load', spec, paths: {}, device: parseDevice('cpu'), options, threads: 1 },
  };
}

function request(
  names: readonly string[],
  scriptOf: (name: string) => TimingScript,
  more: Partial<TogetherRequest> = {},
): TogetherRequest & { readonly turns: string[]; alive(): number } {
  const { start, turns, alive } = scriptTiming(scriptOf);
  return {
    models: names.map((name) => model(name)),
    warmUp: { inferences: 3, ms: 0, slowInferences: 3, tolerance: null },
    sampling: { samples: 0, ms: 0, passes: 4 },
    datasetOf: () => 'd',
    signal: new AbortController().signal,
    start,
    ...more,
    turns,
    alive,
  };
}

const steady = (): TimingScript => ({ inferenceMs: (n) => (n === 0 ? 90 : 40) });

describe('models timed together', () => {
  it('count the energy of the recorded blocks alone, each model its own', async () => {
    let reads = 0;
    const counter: EnergyCounter = {
      by: 'nvml',
      of: 'the card',
      everyMs: 0,
      ranges: [null],
      mostW: null,
      pid: undefined,
      read: async () => ({ kind: 'read', joules: [10 * reads++] }),
      stop: () => undefined,
    };
    const asked = request(['a', 'b'], steady, { energy: { kind: 'counter', counter } });
    const outcomes = await timeTogether(asked);
    for (const outcome of outcomes) {
      const { energy, samples } = outcome.kind === 'timed' ? outcome.series : { energy: [], samples: [] };
      // four blocks of one pass, and a reading at either end of each
      expect(energy.map(({ grown }) => grown)).toEqual(
        [1, 2, 3, 4].map(() => ({ kind: 'joules', joules: 10 })),
      );
      expect(samples).toHaveLength(8);
    }
    expect(reads).toBe(16);
  });

  it('take turns in rounds, each warm before anything is recorded', async () => {
    const asked = request(['a', 'b'], steady);
    const outcomes = await timeTogether(asked);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['timed', 'timed']);
    // Three warm-ups each, then blocks of one pass, each after a prediction that is not recorded.
    const recorded = asked.turns.slice(6).filter((_, i) => i % 2 === 1);
    expect(recorded).toEqual(['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a']);
    expect(asked.alive()).toBe(0);
  });

  it('have fast inferences measured in a bare loop as well, apart from the predictions, and slow ones not', async () => {
    const outcomes = await timeTogether(
      request(['fast', 'slow'], (name) => ({ inferenceMs: () => (name === 'fast' ? 40 : 200) })),
    );
    const [fast, slow] = outcomes.map((outcome) => (outcome.kind === 'timed' ? outcome.series : undefined));
    expect(fast?.aloneMs.length).toBeGreaterThan(0);
    expect(fast?.aloneMs.every((ms) => ms === 36)).toBe(true);
    expect(fast?.samples).toHaveLength(4 * IMAGES.length);
    expect(slow?.aloneMs).toEqual([]);
  });

  it('keep every value, with the first inference and the load apart', async () => {
    const [outcome] = await timeTogether(request(['a'], steady));
    if (outcome?.kind !== 'timed') throw new Error('not timed');
    const { series } = outcome;
    expect(series.loadMs).toBe(12);
    expect(series.warmUp.inferenceMs).toEqual([90, 40, 40]);
    expect(series.samples.map(({ key, pass }) => [key, pass])).toEqual(
      [0, 1, 2, 3].flatMap((pass) => imageOrder(2, pass).map((image) => [String(image), pass])),
    );
    expect(series.samples[0]).toMatchObject({
      cpuMs: 40,
      phases: { decodeMs: 5, preprocessMs: 1, inferenceMs: 40, postprocessMs: 1 },
    });
    expect(series.turns).toHaveLength(4);
    expect(series.peakRssBytes).toBe(1e6);
  });

  it('alone are not disturbed by predictions that are not recorded', async () => {
    const asked = request(['a'], steady);
    await timeTogether(asked);
    expect(asked.turns).toHaveLength(3 + 4);
  });

  it('leave a model that dies out, and go on with the others', async () => {
    const asked = request(['a', 'b'], (name) => (name === 'a' ? { ...steady(), diesAt: 5 } : steady()));
    const outcomes = await timeTogether(asked);
    expect(outcomes).toMatchObject([
      { kind: 'failed', name: 'a', error: { code: 'runner.crashed' } },
      { kind: 'timed', series: { name: 'b' } },
    ]);
    expect(asked.alive()).toBe(0);
  });

  it('leave images out that cannot be decoded', async () => {
    const images = [...IMAGES, { key: '2', path: 'broken' }];
    const [outcome] = await timeTogether(request(['a'], steady, { models: [model('a', images)] }));
    expect(outcome).toMatchObject({ kind: 'timed', series: { images: [{ key: '0' }, { key: '1' }] } });
  });

  it('give every dataset its samples, the smallest one too', async () => {
    const [outcome] = await timeTogether(
      request(['a'], steady, {
        sampling: { samples: 10, ms: 0, passes: null },
        models: [model('a', [...IMAGES, { key: '2', path: 'c.jpg' }])],
        datasetOf: (key) => (key === '0' ? 'small' : 'large'),
      }),
    );
    if (outcome?.kind !== 'timed') throw new Error('not timed');
    expect(outcome.series.samples.filter(({ key }) => key === '0')).toHaveLength(10);
  });

  it('tell of their progress, and of the moment in which each is warm', async () => {
    const progress: string[] = [];
    const warm: string[] = [];
    await timeTogether(
      request(['a', 'b'], steady, {
        onProgress: ({ done, total, model: of, doing }) =>
          void progress.push(`${done}/${total} ${of} ${doing}`),
        onWarm: async (name) => void warm.push(name),
      }),
    );
    expect(warm).toEqual(['a', 'b']);
    expect(progress.slice(0, 2)).toEqual(['0/undefined a loads', '0/undefined a warms up']);
    expect(progress).toContain('0/16 a round 1 of 4');
    expect(progress.at(-1)).toBe('16/16 a round 4 of 4');
  });

  it('stop at once when they are interrupted, and no process is left', async () => {
    const interrupt = new AbortController();
    const asked = request(['a', 'b'], steady, {
      signal: interrupt.signal,
      onProgress: () => interrupt.abort(),
    });
    await expect(timeTogether(asked)).rejects.toMatchObject({ code: 'cancelled' });
    expect(asked.alive()).toBe(0);
  });
});
