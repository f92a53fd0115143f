import { parseDevice } from '../../../runners/device.js';
import type { ModelTiming, TimingRequest } from '../../../runners/time-model.js';
import { createRandom, type Random } from '../../../stats/random.js';
import type { TimePair } from '../check.js';
import type { MachineConditions } from '../../../core/comparison.js';

/** How much processes of one build differ from each other, and predictions within one: standard deviations of logs. */
const BETWEEN_PROCESSES = 0.01;
const WITHIN_PROCESS = 0.03;
const TYPICAL_MS = 100;

const QUIET: MachineConditions = {
  cpu: 'generated',
  cores: 1,
  loadBefore: 0,
  loadAfter: 0,
  foreignCpu: 0,
};

/** Times of a candidate that takes `factor` times as long as its baseline, drawn instead of measured. */
export function generatedTimes(factor: number, seed: string): TimePair {
  const random = createRandom(seed);
  return async ({ baseline, candidate }) => {
    const load = ({ spec }: typeof baseline): TimingRequest['load'] => {
      if (spec.feeding === 'precomputed') throw new TypeError('a generated model is a network');
      const options = { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' } as const;
      return { kind: 'load', spec, paths: {}, device: parseDevice('cpu'), options, threads: 1 };
    };
    const [before, after] = [load(baseline), load(candidate)];
    return {
      baseline: before,
      candidate: after,
      images: Array.from({ length: 4 }, (_, i) => ({ key: String(i), path: '' })),
      signal: new AbortController().signal,
      time: async (request) => drawTiming(random, request, request.load === after ? factor : 1),
      watch: () => () => QUIET,
    };
  };
}

function drawTiming(random: Random, { timing }: TimingRequest, factor: number): ModelTiming {
  const process = Math.exp(BETWEEN_PROCESSES * random.normal());
  const samples = Array.from({ length: timing.rounds }, (_, iteration) =>
    timing.images.map(({ key }) => {
      const ms = TYPICAL_MS * factor * process * Math.exp(WITHIN_PROCESS * random.normal());
      const phases = { decodeMs: 5, preprocessMs: 0.2 * ms, inferenceMs: 0.7 * ms, postprocessMs: 0.1 * ms };
      return { key, iteration, phases };
    }),
  ).flat();
  return { loadMs: 50, firstInferenceMs: 150, peakRssBytes: 2e8, samples };
}
