import { describe, expect, it } from 'vitest';
import { gainPopulations } from '../../../bench/support/gain-populations.mjs';
import { checkGate } from '../../../src/analysis/gate/check.js';
import type { LoadedGate } from '../../../src/analysis/gate/gate.js';
import { createRandom, type Random } from '../../../src/stats/random.js';
import type { Verdict } from '../../../src/schema/verdict.js';
import { shortOrLong } from '../../support/long.js';
import { paperGate, paperSide } from '../../support/paper-sides.js';

// The short form of bench/gate-errors.mjs: whole gates through the code that judges real runs.

const RUNS = shortOrLong(40, 300);
const N = 400;
const MARGIN = 0.01;
// 5 % and three standard errors of a share of so many runs
const BAR = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS);
const random = createRandom('whole gates');
const populations = gainPopulations(random.split('pools')).map(({ name, sample }) => ({ name, sample }));

const one = paperGate({ accuracy: [{ metric: 'iou', margin: MARGIN }] });
const several = paperGate({
  accuracy: [{ metric: 'iou', margin: MARGIN }],
  floors: [{ metric: 'iou', mean: 0.5 - MARGIN / 2 }],
  slices: [{ attribute: 'part', values: ['even'], metric: 'iou', margin: MARGIN }],
});

/** The verdict on scores whose gains are these, dataset by dataset; the candidate's mean is half of 1 + their mean. */
async function judge(gate: LoadedGate, gains: readonly Float64Array[]): Promise<Verdict> {
  const side = (label: string, sign: number) =>
    paperSide(label, {
      datasets: gains.map((of, d) => ({
        name: `d${d}`,
        models: { m: { iou: of.map((gain) => 0.5 + (sign * gain) / 2) } },
        attributes: Array.from(of, (_, i) => ({ part: i % 2 === 0 ? 'even' : 'odd' })),
      })),
    });
  return (await checkGate(side('before', -1), side('now', 1), gate, { resamples: 20, explain: false }))
    .verdict;
}

async function share(
  verdict: Verdict,
  seed: string,
  draw: (stream: Random) => Promise<Verdict>,
): Promise<number> {
  const stream = random.split(seed);
  let found = 0;
  for (let run = 0; run < RUNS; run++) if ((await draw(stream)) === verdict) found++;
  return found / RUNS;
}

describe('a whole gate', () => {
  it.each(populations)(
    'errs in at most 5 of 100 where everything lies on its limit: $name',
    async ({ name, sample }) => {
      const passed = await share('pass', `pass/${name}`, (stream) =>
        judge(one, [sample(N, -MARGIN, stream)]),
      );
      const failed = await share('fail', `fail/${name}`, (stream) =>
        judge(several, [sample(N / 2, -MARGIN, stream), sample(N / 2, -MARGIN, stream)]),
      );
      expect([passed <= BAR, failed <= BAR]).toEqual([true, true]);
    },
    60_000,
  );

  it('passes what is equal but for noise, and fails what has lost .05', async () => {
    const noisy = (n: number, sd: number, mean: number, stream: Random): Float64Array =>
      Float64Array.from({ length: n }, () => mean + sd * stream.normal());
    const passed = await share('pass', 'equal', (stream) => judge(one, [noisy(1000, 0.03, 0, stream)]));
    const failed = await share('fail', 'worse', (stream) => judge(several, [noisy(500, 0.1, -0.05, stream)]));
    expect(passed).toBeGreaterThanOrEqual(0.9);
    expect(failed).toBeGreaterThanOrEqual(0.9);
  }, 60_000);
});
