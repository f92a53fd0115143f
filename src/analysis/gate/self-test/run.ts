import type { Check, GateOutcome, Verdict } from '../../../schema/verdict.js';
import type { GrayImage } from '../../../image/raster.js';
import { createRandom, type Random } from '../../../stats/random.js';
import { checkGate, type TimePair } from '../check.js';
import { metricsOfGate, needsTimes, rulesOf, type Gate, type LoadedGate } from '../gate.js';
import type { RULES } from '../rules/index.js';
import type { Side } from '../../compare/side.js';
import { metaOf } from '../../../metrics/registry.js';
import { generatedSide } from './generated-side.js';
import { emptied, eroded, generatePair, shaved } from './masks.js';
import { SEAL_PARTS } from '../../../schema/seal.js';
import type { Conditions } from '../../../runners/onnx/seal/conditions.js';
import type { ProcessTimes } from '../remeasure/time-process.js';

/** One case of the self-test: what was planted, what the gate must say, what it said. */
interface SelfTestResult {
  readonly planted: string;
  readonly expected: string;
  /** Null where it was left out. */
  readonly verdict: Verdict | null;
  /** Ids of the checks that failed. */
  readonly failed: readonly string[];
  /** Null where it was left out. */
  readonly ok: boolean | null;
  /** Why it was left out; null where it was not. */
  readonly leftOut: string | null;
}

interface Case {
  readonly planted: string;
  readonly expected: string;
  /** The rule that it is a fault for; without this, it tests whatever rules there are. */
  readonly rule?: Key;
  readonly alter?: (prediction: GrayImage, row: number) => GrayImage;
  /** How many times as long the candidate takes, as large its file and as much its memory is. */
  readonly slower?: number;
  readonly larger?: number;
  readonly hungrier?: number;
  /** How many times the energy its predictions take. */
  readonly thirstier?: number;
  isRight(outcome: GateOutcome, failed: readonly Check[]): boolean;
}

type Key = (typeof RULES)[number]['key'];

/** As many as a margin of 0.01 takes, and some more. */
const IMAGES = 400;
/** One image of so many is lost in the planted faults of single images. */
const EVERY = 10;
const someEmptied = (prediction: GrayImage, row: number): GrayImage =>
  row % EVERY === 7 ? emptied(prediction) : prediction;
const failsTail =
  (id: string): Case['isRight'] =>
  ({ verdict }, failed) =>
    verdict === 'fail' && failed.some((check) => check.id.startsWith(id));
const FILE_BYTES = 1_000_000;
const same = (prediction: GrayImage): GrayImage => prediction;
const failsBy =
  (kind: string): Case['isRight'] =>
  ({ verdict }, failed) =>
    verdict === 'fail' && failed.every((check) => check.kind === kind);

/** A delay that no gate should let pass, and above what this one allows: a limit that is loose on purpose is no mistake. */
const LEAST_DELAY = 1.1;
const OVER_LIMIT = 1.05;

const casesOf = (delay: number, energy: number): readonly Case[] => [
  {
    planted: 'nothing: A against A',
    expected: 'pass',
    isRight: ({ verdict }) => verdict === 'pass',
  },
  {
    planted: 'masks eroded by 2 pixels',
    expected: 'fail, on accuracy',
    rule: 'accuracy',
    alter: (prediction) => eroded(prediction, 2),
    isRight: ({ verdict }, failed) => verdict === 'fail' && failed.some(({ kind }) => kind === 'accuracy'),
  },
  {
    planted: `a loss of all in 1 of ${EVERY} images`,
    expected: 'fail, on losses',
    rule: 'losses',
    alter: someEmptied,
    isRight: failsTail('tail/loss/'),
  },
  {
    planted: `a catastrophe in 1 of ${EVERY} images`,
    expected: 'fail, on catastrophes',
    rule: 'catastrophes',
    alter: someEmptied,
    isRight: failsTail('tail/catastrophe/'),
  },
  {
    planted: `+${Math.round(100 * (delay - 1))} % delay`,
    expected: 'fail, on latency alone',
    rule: 'latency',
    slower: delay,
    isRight: failsBy('latency'),
  },
  {
    planted: `+${Math.round(100 * (energy - 1))} % energy`,
    expected: 'fail, on energy alone',
    rule: 'energy',
    thirstier: energy,
    isRight: failsBy('energy'),
  },
  {
    planted: '1000 times the peak memory',
    expected: 'fail, on memory alone',
    rule: 'memory',
    hungrier: 1000,
    isRight: failsBy('memory'),
  },
  {
    planted: 'a file 1000 times as large',
    expected: 'fail, on size alone',
    rule: 'size',
    larger: 1000,
    isRight: failsBy('size'),
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
 * real ones, by the rules that the gate has, and says what is left out. Seeded: the same gate gives the same results
 * everywhere. Times are drawn, not measured.
 */
export async function runSelfTest(
  { gate: whole, sha256 }: LoadedGate,
  seed = 'self-test',
): Promise<readonly SelfTestResult[]> {
  const { gate, out } = generatedPart(whole);
  const rules = rulesOf(gate).map(({ rule }) => rule.key);
  const metas = metricsOfGate(gate).map(metaOf);
  const protocols = metas.length === 0 ? ['fixed'] : [...new Set(metas.map(({ protocol }) => protocol))];
  const random = createRandom(seed);
  const pairs = Array.from({ length: IMAGES }, () => generatePair(random));
  const truths = pairs.map(({ truth }) => truth);
  const side = (label: string, alter: Case['alter'] = same, larger = 1): Side => {
    const predictions = pairs.map(({ prediction }, row) => alter(prediction, row));
    return generatedSide(label, truths, predictions, protocols, FILE_BYTES * larger);
  };
  const baseline = side('baseline');
  const overLimit = (maximumRatio = 1): number => Math.max(LEAST_DELAY, OVER_LIMIT * maximumRatio);
  const cases = casesOf(overLimit(gate.latency?.maximumRatio), overLimit(gate.energy?.maximumRatio));
  const results: SelfTestResult[] = [];
  for (const { planted, expected, rule, isRight, ...plant } of cases) {
    if (rule === undefined ? rules.length === 0 : !rules.includes(rule)) {
      const why = rule === undefined ? 'no rule is left' : (out.get(rule) ?? `the gate has no rule ${rule}`);
      results.push(leaveOut(planted, expected, why));
      continue;
    }
    const times = generatedTimes(plant.slower ?? 1, `${seed}/${planted}`, plant.hungrier, plant.thirstier);
    const candidate = side(planted, plant.alter, plant.larger);
    const options = { remeasure: needsTimes(gate) ? times : undefined, seed, explain: false };
    const outcome = await checkGate(baseline, candidate, { gate, sha256 }, options);
    const failed = outcome.pairs.flatMap(({ checks }) => checks.filter(({ verdict }) => verdict === 'fail'));
    results.push({
      planted,
      expected,
      verdict: outcome.verdict,
      failed: failed.map(({ id }) => id),
      ok: isRight(outcome, failed),
      leftOut: null,
    });
  }
  const planted = new Set<string | undefined>(cases.map(({ rule }) => rule));
  return [
    ...results,
    ...[...out]
      .filter(([key]) => !planted.has(key))
      .map(([key, why]) => leaveOut(`a fault for ${key}`, `fail, on ${key}`, why)),
  ];
}
function leaveOut(planted: string, expected: string, leftOut: string): SelfTestResult {
  return { planted, expected, verdict: null, failed: [], ok: null, leftOut };
}

/** A gate without the rules that generated masks say nothing of, and why of each. */
function generatedPart(gate: Gate): { readonly gate: Gate; readonly out: ReadonlyMap<string, string> } {
  const out = new Map<string, string>();
  for (const { rule, asked } of rulesOf(gate)) {
    const pictures = rule.metricsOf?.(asked).some((id) => metaOf(id).needsPicture === true) === true;
    const unmeasured = rule.key === 'memory' && gate.latency === undefined;
    const why =
      rule.notGenerated ??
      (pictures
        ? 'generated masks have no pictures'
        : unmeasured
          ? 'memory is only drawn with times'
          : undefined);
    if (why !== undefined) out.set(rule.key, why);
  }
  const kept = Object.fromEntries(Object.entries(gate).filter(([key]) => !out.has(key)));
  return { gate: { ...(kept as Gate), required: [] }, out };
}

/** How much processes of one build differ from each other, and predictions within one: standard deviations of logs. */
const BETWEEN_PROCESSES = 0.01;
const WITHIN_PROCESS = 0.03;
const TYPICAL_MS = 100;
const TYPICAL_WATTS = 300;
const TIMED_IMAGES = 16;
const ROUNDS = 3;
const PREDICTIONS = TIMED_IMAGES * ROUNDS;

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
  cores: 1,
  ownCpuMs: PREDICTIONS * TYPICAL_MS,
  waitedMs: 0,
  limits: [],
  limitsKnown: 'all',
  frequencyMhz: null,
  policies: [],
};

/** Times of a candidate that takes `factor` times as long as its baseline, drawn instead of measured, and sealed. */
export function generatedTimes(factor: number, seed: string, memory = 1, energy = 1): TimePair {
  const random = createRandom(seed);
  return async () => ({
    timer: {
      time: async (side) =>
        side === 'candidate' ? drawTimes(random, factor, memory, energy) : drawTimes(random, 1, 1, 1),
      stop: () => undefined,
    },
  });
}

function drawTimes(random: Random, factor: number, memory: number, energy: number): ProcessTimes {
  const process = Math.exp(BETWEEN_PROCESSES * random.normal());
  const samples = Array.from({ length: PREDICTIONS }, (_, i) => {
    const ms = TYPICAL_MS * factor * process * Math.exp(WITHIN_PROCESS * random.normal());
    const phases = { decodeMs: 5, preprocessMs: 0.2 * ms, inferenceMs: 0.7 * ms, postprocessMs: 0.1 * ms };
    return { image: `image ${i % TIMED_IMAGES}`, phases };
  });
  const parts = SEAL_PARTS.map((name) => ({ name, pass: true, found: 'generated' }));
  return {
    samples,
    peakRssBytes: 2e8 * memory,
    parts,
    conditions: QUIET,
    energy: {
      kind: 'measured',
      by: 'nvml',
      of: 'a generated card',
      joules: (energy * process * PREDICTIONS * TYPICAL_MS * TYPICAL_WATTS) / 1000,
      durationMs: PREDICTIONS * TYPICAL_MS,
      idleW: null,
    },
    repeated: false,
  };
}
