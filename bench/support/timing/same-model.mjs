import { timeTogether } from '../../../dist/runners/onnx/timing/time-together.js';
import { summarisePhase } from '../../../dist/pipeline/summarise-timings.js';
import { predictMs } from '../../../dist/runners/phases.js';
import { printTable, verdict } from '../print.mjs';
import { IMAGES, loadMessage, NEVER, STANDARD_WARM_UP } from './models.mjs';
import { untilIdle } from './until-idle.mjs';

/**
 * @import { SeriesOutcome } from '../../../dist/runners/onnx/timing/time-together.js'
 */

/**
 * Bar: one model timed twice as if it were two. A reader takes two models for different if the 95 % intervals of their
 * medians in the latency table do not touch; in 19 of 20 pairs they must.
 * @param {{ pairs: number }} options
 */
export async function sameModel({ pairs }) {
  const load = await loadMessage('contrast-baseline', { threads: 1 });
  const rows = [['pair', 'first p50 (interval)', 'second p50 (interval)', 'ratio', 'told apart']];
  let apart = 0;
  for (let pair = 1; pair <= pairs; pair++) {
    await untilIdle();
    const outcomes = await timeTogether({
      models: ['first', 'second'].map((name) => ({ name, load, images: IMAGES })),
      warmUp: STANDARD_WARM_UP,
      sampling: { samples: 64, ms: 3000, passes: null },
      datasetOf: () => 'samples',
      signal: NEVER,
    });
    const [first, second] = outcomes.map(p50Of);
    const isApart = first.high < second.low || second.high < first.low;
    if (isApart) apart++;
    const ratio = (second.p50 / first.p50).toFixed(4);
    rows.push([String(pair), first.text, second.text, ratio, isApart ? 'yes' : 'no']);
  }
  printTable(rows);
  const allowed = Math.floor(pairs / 20);
  console.log(`  ${apart} of ${pairs} pairs told apart, allowed ${allowed}: ${verdict(apart <= allowed)}`);
  return apart <= allowed;
}

/**
 * The median that the latency table gives, with its interval.
 *
 * @param {SeriesOutcome} outcome
 */
function p50Of(outcome) {
  if (outcome.kind === 'failed') throw outcome.error;
  const { p50, p50Interval } = summarisePhase(outcome.series.samples.map(({ phases }) => predictMs(phases)));
  if (p50Interval === undefined) throw new Error('too few samples for an interval');
  const [low, high] = p50Interval;
  return { p50, low, high, text: `${p50.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})` };
}
