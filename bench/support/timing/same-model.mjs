import { timeTogether } from '../../../dist/runners/onnx/timing/time-together.js';
import { phaseOverTurns } from '../../../dist/pipeline/summarise-timings.js';
import { predictMs } from '../../../dist/runners/phases.js';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { startTable, verdict } from '../print.mjs';
import { IMAGES, loadMessage, NEVER, STANDARD_WARM_UP } from './models.mjs';
import { IDLE, untilIdle } from './until-idle.mjs';

/**
 * @import { LoadMessage } from '../../../dist/runners/onnx/child/messages.js'
 * @import { SeriesOutcome, SeriesSample } from '../../../dist/runners/onnx/timing/time-together.js'
 */

/** @typedef {Pick<SeriesSample, 'turn' | 'phases'>} Timed */
/** @typedef {readonly [first: readonly Timed[], second: readonly Timed[]]} Pair */

/** @type {readonly (readonly [heading: string, width: number])[]} */
const COLUMNS = [
  ['pair', 4],
  ['first p50 (interval)', 22],
  ['second p50 (interval)', 22],
  ['ratio', 6],
  ['turns', 5],
  ['told apart', 10],
  ['s', 4],
];

/**
 * Bar: one model timed twice as if it were two. A reader takes two models for different if the 95 % intervals of their
 * medians in the latency table do not touch; in 19 of 20 pairs they must. With a neighbour another process computes on one
 * processor, and pauses, for up to two seconds each. Every pair is printed as it ends.
 *
 * @param {object} options
 * @param {number} options.pairs
 * @param {boolean} options.neighbour
 * @param {string | undefined} options.keep a file that keeps what was measured, so that the pairs can be made in several goes
 */
export async function sameModel({ pairs, neighbour, keep }) {
  const load = await loadMessage('contrast-baseline', { threads: 1 });
  const name = neighbour ? 'neighbour' : 'same';
  /** @type {Record<string, Pair[]>} */
  const kept = keep !== undefined && existsSync(keep) ? JSON.parse(readFileSync(keep, 'utf8')) : {};
  const done = kept[name] ?? [];
  console.log(
    `  ${pairs} pairs of some 20 s: both processes warm up for 3 s and until steady, then record 3 s each, in turns`,
  );
  if (!neighbour) console.log(`  before each it waits until ${IDLE}`);
  const printRow = startTable(COLUMNS);
  let apart = 0;
  /** @type {number[]} */
  const logs = [];
  const judge = (/** @type {Pair} */ pair, /** @type {string} */ seconds) => {
    const [first, second] = pair.map(p50Of);
    const isApart = first.high < second.low || second.high < first.low;
    if (isApart) apart++;
    logs.push(Math.log(second.p50 / first.p50));
    const ratio = (second.p50 / first.p50).toFixed(4);
    const [number, turns] = [String(logs.length), String(first.turns)];
    printRow([number, first.text, second.text, ratio, turns, isApart ? 'yes' : 'no', seconds]);
  };
  for (const pair of done) judge(pair, 'kept');
  while (done.length < pairs) {
    const idle = neighbour ? undefined : await untilIdle();
    if (idle?.isIdle === false)
      console.log(`  not idle: others still used ${(100 * idle.others).toFixed(0)} % of all processors`);
    const begin = performance.now();
    const pair = await timePair(load, neighbour);
    done.push(pair);
    judge(pair, ((performance.now() - begin) / 1000).toFixed(0));
    if (keep !== undefined) writeFileSync(keep, JSON.stringify({ ...kept, [name]: done }));
  }
  const spread = Math.sqrt(logs.reduce((sum, log) => sum + log ** 2, 0) / (2 * logs.length));
  console.log(`  ${(100 * spread).toFixed(1)} % from process to process (standard deviation, by the ratios)`);
  const allowed = Math.floor(logs.length / 20);
  console.log(
    `  ${apart} of ${logs.length} pairs told apart, allowed ${allowed}: ${verdict(apart <= allowed)}`,
  );
  return apart <= allowed;
}

/**
 * @param {LoadMessage} load
 * @param {boolean} neighbour
 * @returns {Promise<Pair>}
 */
async function timePair(load, neighbour) {
  const stop = neighbour ? comeAndGo() : () => undefined;
  const [first, second] = await timeTogether({
    models: ['first', 'second'].map((name) => ({ name, load, images: IMAGES })),
    warmUp: STANDARD_WARM_UP,
    sampling: { samples: 64, ms: 3000, passes: null },
    datasetOf: () => 'samples',
    signal: NEVER,
  }).finally(stop);
  return [timedOf(first), timedOf(second)];
}

/**
 * @param {SeriesOutcome} outcome
 * @returns {readonly Timed[]}
 */
function timedOf(outcome) {
  if (outcome.kind === 'failed') throw outcome.error;
  return outcome.series.samples.map(({ turn, phases }) => ({ turn, phases }));
}

const NEIGHBOUR = `
  const stretch = () => 2000 * Math.random();
  const turn = () => {
    const end = performance.now() + stretch();
    while (performance.now() < end);
    setTimeout(turn, stretch());
  };
  turn();
`;

/** A process that computes on one processor and pauses in turns; returns what ends it. */
function comeAndGo() {
  const child = spawn(process.execPath, ['-e', NEIGHBOUR], { stdio: 'ignore' });
  return () => void child.kill('SIGKILL');
}

/**
 * The median that the latency table gives, with its interval.
 *
 * @param {readonly Timed[]} timed
 */
function p50Of(timed) {
  const { p50, p50Interval } = phaseOverTurns(timed, predictMs);
  if (p50Interval === undefined) throw new Error('too few turns for an interval');
  const [low, high] = p50Interval;
  return {
    p50,
    low,
    high,
    turns: new Set(timed.map(({ turn }) => turn)).size,
    text: `${p50.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`,
  };
}
