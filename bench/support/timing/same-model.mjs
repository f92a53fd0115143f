import { timeTogether } from '../../../dist/runners/onnx/timing/time-together.js';
import { summarisePhase } from '../../../dist/pipeline/timing/summarise-phase.js';
import { predictMs } from '../../../dist/runners/phases.js';
import { printTable, verdict } from '../print.mjs';
import { IMAGES, loadMessage, NEVER, STANDARD_WARM_UP } from './models.mjs';
import { untilIdle } from './until-idle.mjs';

/**
 * Bar: one model timed twice as if it were two. A reader takes two models for different if the 95 % intervals of their
 * medians in the latency table do not touch; in 19 of 20 pairs they must.
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
    const [first, second] = outcomes.map(({ series }) =>
      summarisePhase(series.samples.map(({ phases }) => predictMs(phases))),
    );
    const isApart =
      first.p50Interval[1] < second.p50Interval[0] || second.p50Interval[1] < first.p50Interval[0];
    if (isApart) apart++;
    const text = ({ p50, p50Interval: [low, high] }) =>
      `${p50.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
    rows.push([pair, text(first), text(second), (second.p50 / first.p50).toFixed(4), isApart ? 'yes' : 'no']);
  }
  printTable(rows);
  const allowed = Math.floor(pairs / 20);
  console.log(`  ${apart} of ${pairs} pairs told apart, allowed ${allowed}: ${verdict(apart <= allowed)}`);
  return apart <= allowed;
}
