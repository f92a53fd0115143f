import type { Check, GateOutcome, Verdict } from '../../../schema/verdict.js';
import type { GrayImage } from '../../../image/raster.js';
import { createRandom, type Random } from '../../../stats/random.js';
import { checkGate, type TimePair } from '../check.js';
import type { LoadedGate } from '../gate.js';
import { generatedSide } from './generated-side.js';
import { emptied, eroded, generatePair, shaved } from './masks.js';
import { SEAL_PARTS } from '../../../schema/seal.js';
import type { Conditions } from '../../../runners/onnx/seal/conditions.js';
import type { ProcessTimes } from '../remeasure/time-process.js';

/** One case of the self-test: what was planted, what the gate must say, what it said. */
interface SelfTestResult {
  readonly planted: string;
  readonly expected: string;
  readonly verdict: Verdict;
  /** Ids of the checks that failed. */
  readonly failed: readonly string[];
  readonly ok: boolean;
}

interface Case {
  readonly planted: string;
  readonly expected: string;
  alter(prediction: GrayImage, row: number): GrayImage;
  /** How many times as long the candidate takes. */
  readonly slower: number;
  isRight(outcome: GateOutcome, failed: readonly Check[]): boolean;
}

const IMAGES = 200;
/** The image of the planted catastrophe. */
const VICTIM = 77;
const same = (prediction: GrayImage): GrayImage => prediction;

const CASES: readonly Case[] = [
  {
    planted: 'nothing: A against A',
    expected: 'pass',
    alter: same,
    slower: 1,
    isRight: ({ verdict }) => verdict === 'pass',
  },
  {
    planted: 'masks eroded by 2 pixels',
    expected: 'fail, on accuracy',
    alter: (prediction) => eroded(prediction, 2),
    slower: 1,
    isRight: ({ verdict }, failed) => verdict === 'fail' && failed.some(({ kind }) => kind === 'accuracy'),
  },
  {
    planted: `1 catastrophe in ${IMAGES} images`,
    expected: 'fail, by a tail rule alone',
    alter: (prediction, row) => (row === VICTIM ? emptied(prediction) : prediction),
    slower: 1,
    isRight: ({ verdict }, failed) => verdict === 'fail' && failed.every(({ kind }) => kind === 'tail'),
  },
  {
    planted: '+10 % delay',
    expected: 'fail, on latency alone',
    alter: same,
    slower: 1.1,
    isRight: ({ verdict }, failed) => verdict === 'fail' && failed.every(({ kind }) => kind === 'latency'),
  },
  {
    planted: '0.2 % of every mask and +0.2 % delay',
    expected: 'pass or inconclusive',
    alter: (prediction) => shaved(prediction, 0.002),
    slower: 1.002,
    isRight: ({ verdict }) => verdict !== 'fail',
  },
];

/**
 * Holds generated candidates with planted faults against a generated baseline, through the code that scores and judges
 * real ones. Seeded: the same gate gives the same results everywhere. Times are drawn, not measured.
 */
export async function runSelfTest(gate: LoadedGate, seed = 'self-test'): Promise<readonly SelfTestResult[]> {
  const random = createRandom(seed);
  const pairs = Array.from({ length: IMAGES }, () => generatePair(random));
  const truths = pairs.map(({ truth }) => truth);
  const side = (label: string, alter: Case['alter']) =>
    generatedSide(
      label,
      truths,
      pairs.map(({ prediction }, row) => alter(prediction, row)),
    );
  const baseline = side('baseline', same);
  const results: SelfTestResult[] = [];
  for (const { planted, expected, alter, slower, isRight } of CASES) {
    const outcome = await checkGate(baseline, side(planted, alter), gate, {
      remeasure: gate.gate.latency === undefined ? undefined : generatedTimes(slower, `${seed}/${planted}`),
      seed,
    });
    const failed = outcome.pairs.flatMap(({ checks }) => checks.filter(({ verdict }) => verdict === 'fail'));
    results.push({
      planted,
      expected,
      verdict: outcome.verdict,
      failed: failed.map(({ id }) => id),
      ok: isRight(outcome, failed),
    });
  }
  return results;
}

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
