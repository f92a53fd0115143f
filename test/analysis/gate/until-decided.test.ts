import { describe, expect, it } from 'vitest';
import { gainPopulations } from '../../../bench/support/gain-populations.mjs';
import { startLooking, type Looking } from '../../../src/analysis/gate/until-decided/looking.js';
import type { LoadedGate } from '../../../src/analysis/gate/gate.js';
import { inTurn, unitOf, withTurns } from '../../../src/pipeline/walk.js';
import type { PlannedSample } from '../../../src/schema/planned-sample.js';
import type { GateOutcome } from '../../../src/schema/verdict.js';
import { createRandom } from '../../../src/stats/random.js';
import { shortOrLong } from '../../support/long.js';
import { paperGate, paperSide } from '../../support/paper-sides.js';

// The short form of bench/until-decided.mjs: looks through the code that looks at real runs.

const MARGIN = 0.01;
const RUNS = shortOrLong(30, 300);
// 5 % and three standard errors of a share of so many runs
const BAR = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS);
const random = createRandom('looks');
const populations = gainPopulations(random.split('pools')).filter(({ name }) =>
  ['disasters 5 %', 'all or nothing', 'won or a little worse', 'unlike', 'retrained .03'].includes(name),
);

const one = paperGate({ accuracy: [{ metric: 'iou', margin: MARGIN }] });
const several = paperGate({
  accuracy: [{ metric: 'iou', margin: MARGIN }],
  floors: [{ metric: 'iou', mean: 0.5 - MARGIN / 2 }],
  slices: [{ attribute: 'part', values: ['even', 'odd'], metric: 'iou', margin: MARGIN }],
});

interface Shown {
  readonly looking: Looking;
  readonly outcome: GateOutcome;
}

/** Shows the scores whose gains these are, dataset by dataset in turn; `order` puts those of one go into another order. */
async function show(
  gate: LoadedGate,
  gains: readonly Float64Array[],
  order: <T>(all: readonly T[]) => readonly T[] = (all) => all,
): Promise<Shown> {
  const side = (label: string, scoreOf: (gain: number) => number) =>
    paperSide(label, {
      datasets: gains.map((of, d) => ({
        name: `d${d}`,
        models: { m: { iou: of.map(scoreOf) } },
        attributes: Array.from(of, (_, i) => ({ part: i % 2 === 0 ? 'even' : 'odd' })),
      })),
    });
  const ids = (await side('ids', () => 0).loadScores(['m'])).datasets;
  const longest = Math.max(...gains.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, i) =>
    gains.flatMap((of, d) =>
      i < of.length
        ? [{ dataset: `d${d}`, id: ids[d]?.ids[i] ?? '', unit: String(i), gain: of[i] ?? 0 }]
        : [],
    ),
  ).flat();
  const candidate = side('now', () => Number.NaN);
  const looking = await startLooking({
    baseline: side('before', (gain) => 0.5 - gain / 2),
    candidate,
    loaded: gate,
    turns,
    orderSeed: 'paper',
    timed: false,
    resamples: 20,
  });
  for (const { gain, ...sample } of order(turns)) {
    if (looking.isEnough()) break;
    looking.see(sample, { iou: 0.5 + gain / 2 });
  }
  return { looking, outcome: await looking.outcome({ facts: candidate.facts, explain: false }) };
}

describe('a gate that looks after every image', () => {
  it.each(populations)(
    'errs in at most 5 of 100 where everything lies on its limit: $name',
    async ({ name, sample }) => {
      const [passing, failing] = [random.split(`pass/${name}`), random.split(`fail/${name}`)];
      let [passed, failed] = [0, 0];
      for (let run = 0; run < RUNS; run++) {
        if ((await show(one, [sample(400, -MARGIN, passing)])).outcome.verdict === 'pass') passed++;
        if ((await show(several, [sample(400, -MARGIN, failing)])).outcome.verdict === 'fail') failed++;
      }
      expect(passed / RUNS).toBeLessThanOrEqual(BAR);
      expect(failed / RUNS).toBeLessThanOrEqual(BAR);
    },
    300_000,
  );

  it('stops what has lost .05 after some 100 of 2,000 images, and passes what is equal but for noise', async () => {
    const stream = random.split('power');
    const noisy = (sizes: readonly number[], mean: number, sd: number) =>
      sizes.map((n) => Float64Array.from({ length: n }, () => mean + sd * stream.normal()));
    for (const sizes of [[2000], [1000, 1000], [300, 1700]]) {
      const worse = await show(one, noisy(sizes, -0.05, 0.1));
      expect(worse.outcome.verdict).toBe('fail');
      expect(worse.looking.walked()).toBeLessThan(400);
      const equal = await show(
        paperGate({ accuracy: [{ metric: 'iou', margin: MARGIN, eachDataset: false }] }),
        noisy(sizes, 0, 0.02),
      );
      expect(equal.outcome.verdict).toBe('pass');
      expect(equal.looking.walked()).toBeLessThan(1000);
    }
  });

  it('comes to the same verdict in whatever order scores arrive', async () => {
    const stream = random.split('arrival');
    const gains = [Float64Array.from({ length: 300 }, () => -0.05 + 0.1 * stream.normal())];
    const straight = await show(one, gains);
    expect(straight.outcome.verdict).toBe('fail');
    const backwards = await show(one, gains, (all) => all.toReversed());
    expect(backwards.outcome.pairs).toEqual(straight.outcome.pairs);
    expect(backwards.looking.walked()).toBe(straight.looking.walked());
  });

  it('shares the error of failing among its claims, and none of passing', async () => {
    const gains = [new Float64Array(400).fill(-0.05)];
    const [alone, shared] = [await show(one, gains), await show(several, gains)];
    expect(shared.looking.walked()).toBeGreaterThan(alone.looking.walked());
    const same = [new Float64Array(800)];
    expect((await show(one, same)).looking.walked()).toBeLessThan(
      (await show(several, same)).looking.walked(),
    );
  });

  it('waits for the least number of images', async () => {
    const gate = paperGate({ minimumImages: 150, accuracy: [{ metric: 'iou', margin: MARGIN }] });
    const { looking, outcome } = await show(gate, [new Float64Array(400).fill(-0.3)]);
    expect([looking.walked(), outcome.verdict]).toEqual([150, 'fail']);
  });
});

describe('the order of a walk', () => {
  const sample = (dataset: string, id: string): PlannedSample => ({
    kind: 'sample',
    dataset,
    id,
    imagePath: '',
    truthPath: '',
    imageSha256: '',
    truthSha256: '',
    width: 1,
    height: 1,
    attributes: {},
    cells: {},
  });
  const plan = ['a', 'b', 'c'].flatMap((dataset, d) =>
    Array.from({ length: 4 + 2 * d }, (_, i) => sample(dataset, String(i))),
  );
  const orderOf = (seed: string, counts: (dataset: string) => boolean = () => true) =>
    inTurn(withTurns(plan, seed, counts));

  it('takes one unit of every dataset in turn, and leaves the plan as it is', () => {
    const datasets = orderOf('s')
      .map(({ dataset }) => dataset)
      .join('');
    expect(datasets).toBe('abcabcabcabcbcbccc');
    expect(withTurns(plan, 's', () => true).map(({ id }) => id)).toEqual(plan.map(({ id }) => id));
    expect(unitOf(sample('a', 'x'))).toBe('x');
  });

  it('follows from the seed alone, whatever order files are listed in', () => {
    const names = (of: readonly PlannedSample[]) => of.map(({ dataset, id }) => `${dataset}/${id}`);
    expect(names(orderOf('s'))).not.toEqual(names(orderOf('t')));
    const listed = [...plan.slice(0, 4).toReversed(), ...plan.slice(4)];
    expect(names(inTurn(withTurns(listed, 's', () => true)))).toEqual(names(orderOf('s')));
  });

  it('puts datasets that do not count last', () => {
    const datasets = orderOf('s', (dataset) => dataset !== 'a')
      .map(({ dataset }) => dataset)
      .join('');
    expect(datasets).toBe('bcbcbcbcbcbcccaaaa');
  });
});
