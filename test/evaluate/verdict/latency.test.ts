import { describe, expect, it } from 'vitest';
import type { LatencyComparison, MachineConditions } from '../../../src/core/comparison.js';
import type { Check } from '../../../src/core/verdict.js';
import { checkGate, type TimePair } from '../../../src/evaluate/verdict/check.js';
import { watchMachine } from '../../../src/evaluate/verdict/machine-conditions.js';
import { interleaved } from '../../../src/evaluate/verdict/remeasure.js';
import { generatedTimes } from '../../../src/evaluate/verdict/self-test/times.js';
import type { TimingRequest } from '../../../src/runners/time-model.js';
import { oneModelSide, paperGate } from '../../support/paper-sides.js';

const side = oneModelSide('run', { iou: Array.from({ length: 40 }, () => 0.9) });
const rule = { phase: 'predict', maximumRatio: 1.05 };

interface Judged {
  readonly check: Check;
  readonly latency: LatencyComparison | undefined;
}

async function judge(remeasure: TimePair, latency: Record<string, unknown> = rule): Promise<Judged> {
  const outcome = await checkGate(side, side, paperGate({ latency }), { remeasure, resamples: 100 });
  const [check] = outcome.pairs[0]?.checks ?? [];
  if (check === undefined) throw new Error('no check');
  return { check, latency: outcome.comparison.pairs[0]?.latency };
}

function roundsOf(latency: LatencyComparison | undefined): string[] {
  return latency?.kind === 'remeasured' ? latency.rounds.map(({ purpose }) => purpose) : [];
}

/** As `pair`, with a factor that may differ from call to call, or other conditions of the machine. */
function altered(
  pair: TimePair,
  { factorOf, conditions }: { factorOf?: (call: number) => number; conditions?: Partial<MachineConditions> },
): TimePair {
  let calls = 0;
  return async (models) => {
    const request = await pair(models);
    const { time, watch = watchMachine } = request;
    return {
      ...request,
      watch: () => {
        const stop = watch();
        return () => ({ ...stop(), ...conditions });
      },
      time: async (timing: TimingRequest) => {
        if (time === undefined) throw new Error('times are generated here');
        const factor = timing.load === request.candidate ? (factorOf?.(calls++) ?? 1) : 1;
        const drawn = await time(timing);
        const scaled = drawn.samples.map(({ phases, ...sample }) => ({
          ...sample,
          phases: { ...phases, inferenceMs: phases.inferenceMs * factor },
        }));
        return { ...drawn, samples: scaled };
      },
    };
  };
}

describe('the latency rule', () => {
  it('runs the processes in the order A B B A', () => {
    expect(
      interleaved(4)
        .map((one) => one[0])
        .join(''),
    ).toBe('bccbbccb');
  });

  it('passes equal times, in one round', async () => {
    const { check, latency } = await judge(generatedTimes(1, 'equal'));
    expect(check.verdict).toBe('pass');
    expect(roundsOf(latency)).toEqual(['measurement']);
  });

  it('fails ten percent, after the one confirmation that was declared', async () => {
    const { check, latency } = await judge(generatedTimes(1.1, 'slower'));
    expect(check.verdict).toBe('fail');
    expect(roundsOf(latency)).toEqual(['measurement', 'confirmation']);
    expect(check.evidence).toMatch(/confirmation: 1\.\d\d\d x/);
  });

  it('is open, and never green, when the confirmation does not confirm', async () => {
    const onlyAtFirst = altered(generatedTimes(1, 'once'), { factorOf: (call) => (call < 6 ? 1.3 : 1) });
    const { check, latency } = await judge(onlyAtFirst);
    expect(check.verdict).toBe('inconclusive');
    expect(roundsOf(latency)).toEqual(['measurement', 'confirmation']);
  });

  it('is not measured again when it is open', async () => {
    const { check, latency } = await judge(generatedTimes(1.05, 'on the limit'));
    expect(check.verdict).toBe('inconclusive');
    expect(roundsOf(latency)).toEqual(['measurement']);
  });

  it.each([
    ['busy', 0.2, '20.0 %'],
    ['unknown', null, 'an unknown share'],
  ])('decides nothing on a machine whose use by others is %s', async (_name, foreignCpu, said) => {
    for (const factor of [1, 1.5]) {
      const { check } = await judge(altered(generatedTimes(factor, 'noise'), { conditions: { foreignCpu } }));
      expect(check.verdict).toBe('inconclusive');
      expect(check.evidence).toContain(`the machine was not quiet: other processes used ${said}`);
    }
  });

  it('may be told that any machine will do', async () => {
    const busy = altered(generatedTimes(1, 'busy'), { conditions: { foreignCpu: 0.5 } });
    expect((await judge(busy, { ...rule, maximumForeignCpu: 1 })).check.verdict).toBe('pass');
  });

  it('looks at the phase that it names', async () => {
    const slowInference = altered(generatedTimes(1, 'phase'), { factorOf: () => 1.3 });
    expect((await judge(slowInference, { ...rule, phase: 'inference' })).check.verdict).toBe('fail');
    expect((await judge(slowInference, { ...rule, phase: 'preprocess' })).check.verdict).toBe('pass');
  });

  it('measures as the gate declares', async () => {
    const measure = { processes: 4, images: 2, rounds: 3, warmup: 3 };
    const { latency } = await judge(generatedTimes(1, 'declared'), { ...rule, measure });
    expect(latency).toMatchObject({ rounds: [{ processes: [4, 4], inferencesEach: 12 }] });
  });

  it('fails equal times in at most 5 of 100 rounds, and slower ones by the maximum as well', async () => {
    let failed = 0;
    for (let i = 0; i < 200; i++) {
      const { latency } = await judge(generatedTimes(1.05, `limit ${i}`));
      if (roundsOf(latency).length === 2) failed++;
    }
    expect(failed / 200).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 200));
  });
});

describe('the watch over the machine', () => {
  it('gives shares that are shares', () => {
    const stop = watchMachine();
    const until = performance.now() + 50;
    while (performance.now() < until);
    const { foreignCpu, cores, loadBefore } = stop();
    expect(cores).toBeGreaterThan(0);
    expect(loadBefore).toBeGreaterThanOrEqual(0);
    if (foreignCpu !== null) {
      expect(foreignCpu).toBeGreaterThanOrEqual(0);
      expect(foreignCpu).toBeLessThanOrEqual(1);
    }
  });
});
