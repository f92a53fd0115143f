import { describe, expect, it } from 'vitest';
import { checkGate, type TimePair } from '../../../src/analysis/gate/check.js';
import { runSelfTest } from '../../../src/analysis/gate/self-test/run.js';
import { conditionsOf } from '../../../src/runners/onnx/seal/conditions.js';
import type { EnergyRecord, RemeasuredEnergy } from '../../../src/schema/energy.js';
import { SEAL_PARTS, type SealPartName } from '../../../src/schema/seal.js';
import type { Check } from '../../../src/schema/verdict.js';
import { resourceTable } from '../../../src/reports/comparison/resource-table.js';
import { oneModelSide, paperGate } from '../../support/paper-sides.js';
import { later, snapshot } from '../../runners/onnx/seal/snapshots.js';

const side = oneModelSide('run', { iou: Array.from({ length: 40 }, () => 0.9) });
const CONDITIONS = conditionsOf([[snapshot(), later()]]);
const MEASURE = { processes: 4 };

/** Of 30 predictions, so many joules each. */
const counted = (each: number, by: 'nvml' | 'power-samples' = 'nvml'): EnergyRecord => ({
  kind: 'measured',
  by,
  of: 'the card',
  joules: 30 * each,
  durationMs: 3000,
  idleW: 50,
});

/** Processes that take a second for every image, and the energy given, by the call. */
function energyOf(
  of: (which: 'baseline' | 'candidate', call: number) => EnergyRecord | undefined,
  broken?: SealPartName,
): TimePair {
  let calls = 0;
  return async () => ({
    timer: {
      stop: () => undefined,
      async time(which) {
        const energy = of(which, calls++);
        return {
          samples: Array.from({ length: 30 }, (_, i) => ({
            image: `photos/${i % 10}`,
            phases: { decodeMs: 1, preprocessMs: 1, inferenceMs: 10, postprocessMs: 1 },
          })),
          peakRssBytes: 1,
          parts: SEAL_PARTS.map((name) => ({
            name,
            pass: name !== broken,
            found: 'process 7 computes on the card',
          })),
          conditions: CONDITIONS,
          ...(energy === undefined ? {} : { energy }),
          repeated: false,
        };
      },
    },
  });
}

async function judge(
  remeasure: TimePair | undefined,
  rules: Record<string, unknown> = { energy: { maximumRatio: 1.05, measure: MEASURE } },
): Promise<{
  check: Check;
  energy: RemeasuredEnergy | undefined;
  rounds: number;
  outcome: Awaited<ReturnType<typeof checkGate>>;
}> {
  const outcome = await checkGate(side, side, paperGate(rules), { remeasure, resamples: 100 });
  const [pair] = outcome.pairs;
  const check = pair?.checks.find(({ kind }) => kind === 'energy');
  if (check === undefined) throw new Error('no check');
  const { latency } = outcome.comparison.pairs[0];
  const rounds = latency.kind === 'remeasured' ? latency.rounds : [];
  return { check, energy: rounds[0]?.energy, rounds: rounds.length, outcome };
}

/** A per mille from process to process, so that there is an interval. */
const near = (each: number) => (call: number) => counted(each * (1 + 0.001 * (call % 3)));

describe('a limit on energy', () => {
  it('is kept by equal energy and broken by more, each process counting once', async () => {
    const same = await judge(energyOf((_, call) => near(5)(call)));
    expect(same.check.verdict).toBe('pass');
    expect(same.energy).toMatchObject({ kind: 'measured', by: 'nvml', ratio: expect.closeTo(1, 2) });
    const more = await judge(energyOf((which, call) => near(which === 'candidate' ? 6 : 5)(call)));
    expect(more.check).toMatchObject({
      id: 'energy',
      verdict: 'fail',
      rule: "energy of a prediction: at most 1.05 x the baseline's",
      evidence: expect.stringMatching(
        /^1\.\d+ x \(1\.\d+ to 1\.\d+; 5\.\d+ J before, 6\.\d+ J now\), 4 processes a side.*; confirmation: 1\.\d+ x/,
      ),
      figures: { ratio: expect.closeTo(1.2, 2), processes: 4 },
    });
    expect(more.rounds).toBe(2);
    expect(more.energy).toMatchObject({
      processesJ: { baseline: expect.any(Array), candidate: expect.any(Array) },
    });
  });

  it('fails only if the declared confirmation fails as well', async () => {
    const once = await judge(
      energyOf((which, call) => near(which === 'candidate' && call < 8 ? 6 : 5)(call)),
    );
    expect([once.check.verdict, once.rounds]).toEqual(['inconclusive', 2]);
  });

  it.each([
    [
      'a neighbour on the card',
      energyOf((_, call) => near(5)(call), 'isolated'),
      /not sealed, so it decides nothing: isolated \(.*computes on the card/,
    ],
    [
      'power that was read, and no counter',
      energyOf(() => counted(5, 'power-samples')),
      /no counter told it, so it decides nothing/,
    ],
    [
      'a counter that was lost in one process',
      energyOf((_, call) =>
        call === 3 ? { kind: 'not known', reason: 'the nvml counter went backwards' } : counted(5),
      ),
      /it is not known: the nvml counter went backwards \(in 1 of 8 processes\)/,
    ],
    [
      'two kinds of counter',
      energyOf((_, call) => counted(5, call === 3 ? 'power-samples' : 'nvml')),
      /by nvml here and by power-samples there/,
    ],
    ['nobody who counted', energyOf(() => undefined), /nobody counted it/],
  ])('is decided by nothing with %s', async (_, times, reason) => {
    const { check } = await judge(times);
    expect(check.verdict).toBe('inconclusive');
    expect(check.evidence).toMatch(reason);
  });

  it('is open without a measurement', async () => {
    const { check } = await judge(undefined);
    expect(check).toMatchObject({
      verdict: 'inconclusive',
      evidence: expect.stringMatching(/measure with --remeasure$/),
    });
  });

  it('shares the measurement of latency, which says how it is made', async () => {
    const rules = { latency: { maximumRatio: 1.05, measure: MEASURE }, energy: { maximumRatio: 1.05 } };
    const { check, outcome } = await judge(
      energyOf((_, call) => near(5)(call)),
      rules,
    );
    expect(check.verdict).toBe('pass');
    expect(outcome.pairs[0]?.checks.map(({ kind }) => kind)).toEqual(['latency', 'latency', 'energy']);
    expect(() => paperGate({ ...rules, energy: { maximumRatio: 1.05, measure: MEASURE } })).toThrow(
      /one measurement serves times and energy, and latency says how/,
    );
  });

  it('stands in the table of resources with its interval', async () => {
    const { outcome } = await judge(energyOf((which, call) => near(which === 'candidate' ? 6 : 5)(call)));
    const table = resourceTable(outcome.comparison.pairs[0]);
    const row = table.rows.find(({ cells }) => cells[0].text.startsWith('energy'));
    expect(table.title).toBe('Time, energy, memory and size');
    expect(row?.cells.map(({ text }) => text)).toEqual([
      'energy, J/image (nvml)',
      '5.00',
      '6.01',
      expect.stringMatching(/^1\.20/),
      expect.stringMatching(/^1\.\d+ to 1\.\d+$/),
    ]);
  });

  it('is held against a planted fault by the self-test', async () => {
    const results = await runSelfTest({
      gate: paperGate({ energy: { maximumRatio: 1.05 } }).gate,
      sha256: 'a',
    });
    const own = results.find(({ planted }) => planted === '+10 % energy');
    expect(own).toMatchObject({ verdict: 'fail', failed: ['energy'], ok: true });
    expect(results.find(({ planted }) => planted.startsWith('nothing'))).toMatchObject({
      verdict: 'pass',
      ok: true,
    });
  });
});
