import { timeTogether } from '../../../dist/runners/onnx/timing/time-together.js';
import { phaseOverTurns } from '../../../dist/pipeline/summarise-timings.js';
import { predictMs } from '../../../dist/runners/phases.js';
import { spawn } from 'node:child_process';
import { printTable, verdict } from '../print.mjs';
import { IMAGES, loadMessage, NEVER, STANDARD_WARM_UP } from './models.mjs';
import { untilIdle } from './until-idle.mjs';

/**
 * @import { SeriesOutcome } from '../../../dist/runners/onnx/timing/time-together.js'
 */

/**
 * Bar: one model timed twice as if it were two. A reader takes two models for different if the 95 % intervals of their
 * medians in the latency table do not touch; in 19 of 20 pairs they must. With a neighbour another process computes on one
 * processor, and pauses, for up to two seconds each.
 *
 * @param {{ pairs: number, neighbour: boolean }} options
 */
export async function sameModel({ pairs, neighbour }) {
  const load = await loadMessage('contrast-baseline', { threads: 1 });
  const rows = [['pair', 'first p50 (interval)', 'second p50 (interval)', 'ratio', 'turns', 'told apart']];
  let apart = 0;
  const logs = [];
  for (let pair = 1; pair <= pairs; pair++) {
    if (!neighbour) await untilIdle();
    const stop = neighbour ? comeAndGo() : () => undefined;
    const outcomes = await timeTogether({
      models: ['first', 'second'].map((name) => ({ name, load, images: IMAGES })),
      warmUp: STANDARD_WARM_UP,
      sampling: { samples: 64, ms: 3000, passes: null },
      datasetOf: () => 'samples',
      signal: NEVER,
    }).finally(stop);
    const [first, second] = outcomes.map(p50Of);
    const isApart = first.high < second.low || second.high < first.low;
    if (isApart) apart++;
    logs.push(Math.log(second.p50 / first.p50));
    const ratio = (second.p50 / first.p50).toFixed(4);
    rows.push([String(pair), first.text, second.text, ratio, String(first.turns), isApart ? 'yes' : 'no']);
  }
  printTable(rows);
  const spread = Math.sqrt(logs.reduce((sum, log) => sum + log ** 2, 0) / (2 * logs.length));
  console.log(`  ${(100 * spread).toFixed(1)} % from process to process (standard deviation, by the ratios)`);
  const allowed = Math.floor(pairs / 20);
  console.log(`  ${apart} of ${pairs} pairs told apart, allowed ${allowed}: ${verdict(apart <= allowed)}`);
  return apart <= allowed;
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
 * @param {SeriesOutcome} outcome
 */
function p50Of(outcome) {
  if (outcome.kind === 'failed') throw outcome.error;
  const { samples, turns } = outcome.series;
  const { p50, p50Interval } = phaseOverTurns(samples, predictMs);
  if (p50Interval === undefined) throw new Error('too few turns for an interval');
  const [low, high] = p50Interval;
  return {
    p50,
    low,
    high,
    turns: turns.length,
    text: `${p50.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`,
  };
}
