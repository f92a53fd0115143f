import { SEAL_PARTS } from '../../../schema/seal.js';
import type { Conditions } from '../../../runners/onnx/seal/conditions.js';
import { createRandom, type Random } from '../../../stats/random.js';
import type { TimePair } from '../check.js';
import type { ProcessTimes } from '../remeasure/time-process.js';

/** How much processes of one build differ from each other, and predictions within one: standard deviations of logs. */
const BETWEEN_PROCESSES = 0.01;
const WITHIN_PROCESS = 0.03;
const TYPICAL_MS = 100;
const PREDICTIONS = 24;

const QUIET: Conditions = {
  durationMs: PREDICTIONS * TYPICAL_MS,
  foreignCpu: 0,
  steal: 0,
  pressure: 0,
  load: [0, 0],
  clockSources: ['generated'],
  clockStepMs: 0,
  thermalEvents: 0,
  limitedMs: 0,
};

/** Times of a candidate that takes `factor` times as long as its baseline, drawn instead of measured, and sealed. */
export function generatedTimes(factor: number, seed: string): TimePair {
  const random = createRandom(seed);
  return async () => ({
    timer: {
      time: async (side) => drawTimes(random, side === 'candidate' ? factor : 1),
      stop: () => undefined,
    },
  });
}

function drawTimes(random: Random, factor: number): ProcessTimes {
  const process = Math.exp(BETWEEN_PROCESSES * random.normal());
  const samples = Array.from({ length: PREDICTIONS }, () => {
    const ms = TYPICAL_MS * factor * process * Math.exp(WITHIN_PROCESS * random.normal());
    return { decodeMs: 5, preprocessMs: 0.2 * ms, inferenceMs: 0.7 * ms, postprocessMs: 0.1 * ms };
  });
  const parts = SEAL_PARTS.map((name) => ({ name, pass: true, found: 'generated' }));
  return { samples, peakRssBytes: 2e8, parts, conditions: QUIET, repeated: false };
}
