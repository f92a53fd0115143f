import { describe, expect, it } from 'vitest';
import { sealOf, type SealPart, type SealPartName } from '../../../../src/schema/seal.js';
import { conditionsOf } from '../../../../src/runners/onnx/seal/conditions.js';
import { judgeSeal, type SealEvidence } from '../../../../src/runners/onnx/seal/judge.js';
import { later, snapshot } from './snapshots.js';

const quiet = conditionsOf([[snapshot(), later()]]);
const steadyPasses = Array.from({ length: 9 }, () => [100, 120, 100, 121]);

/** A measurement that nothing speaks against. */
const SOUND: SealEvidence = {
  proof: { provider: 'CUDAExecutionProvider', nodes: { CUDAExecutionProvider: 149 } },
  neighbours: [],
  warmUp: { inferenceMs: Array.from({ length: 40 }, () => 90), totalMs: 4000, settled: true },
  passes: steadyPasses,
  samples: 64,
  samplesNeeded: 64,
  tolerance: 0.1,
  before: quiet,
  during: quiet,
  gpuThrottling: [],
};

const failedIn = (fields: Partial<SealEvidence>): readonly SealPartName[] => {
  const seal = sealOf(judgeSeal({ ...SOUND, ...fields }));
  return seal.kind === 'sealed' ? [] : seal.failed;
};
const part = (name: SealPartName, fields: Partial<SealEvidence>): SealPart | undefined =>
  judgeSeal({ ...SOUND, ...fields }).find((candidate) => candidate.name === name);

describe('the seal', () => {
  it('of a sound measurement holds, every part with what was found', () => {
    const parts = judgeSeal(SOUND);
    expect(sealOf(parts)).toEqual({ kind: 'sealed' });
    for (const { found } of parts) expect(found).not.toBe('');
  });

  it('holds for a slow model after five inferences', () => {
    const slow = { inferenceMs: [3500, 4400, 2300, 2200, 2200], totalMs: 14_600, settled: true };
    expect(failedIn({ warmUp: slow })).toEqual([]);
  });

  it('on a CPU needs no look at the placement: there is no other provider', () => {
    expect(failedIn({ proof: 'only-provider' })).toEqual([]);
  });

  it('on a machine that tells nothing of throttling holds, and says that it tells nothing', () => {
    const silent = { ...quiet, thermalEvents: null, limitedMs: null };
    expect(part('unthrottled', { during: silent, gpuThrottling: null })).toEqual({
      name: 'unthrottled',
      pass: true,
      found: 'this machine reports nothing about throttling',
    });
  });
});

describe('a planted violation is caught by its part', () => {
  it('provider: all nodes fell back to the CPU', () => {
    const proof = { provider: 'CUDAExecutionProvider', nodes: { CPUExecutionProvider: 149 } };
    expect(failedIn({ proof })).toEqual(['provider']);
    expect(part('provider', { proof })?.found).toBe(
      'asked for CUDAExecutionProvider: 149 nodes on CPUExecutionProvider',
    );
    expect(failedIn({ proof: null })).toEqual(['provider']);
  });

  it('isolated: another inference runs beside ours', () => {
    expect(failedIn({ neighbours: ['process 42 computes on the card'] })).toEqual(['isolated']);
  });

  it('warmed: too few inferences, or too short', () => {
    expect(failedIn({ warmUp: { inferenceMs: [90, 90, 90], totalMs: 300, settled: null } })).toEqual([
      'warmed',
    ]);
    const short = { ...SOUND.warmUp, totalMs: 2900 };
    expect(failedIn({ warmUp: short })).toEqual(['warmed']);
    expect(part('warmed', { warmUp: short })?.found).toBe('40 inferences, 2.9 s, needed 20 and 3 s');
  });

  it('warmed: still changing when it ended', () => {
    expect(failedIn({ warmUp: { ...SOUND.warmUp, settled: false } })).toEqual(['warmed']);
  });

  it('warmed: a slow first run among the recorded ones', () => {
    const passes = [[150, 180, 150, 180], ...steadyPasses.slice(1)];
    expect(failedIn({ passes })).toContain('warmed');
    expect(part('warmed', { passes })?.found).toMatch(/first recorded pass was 50\.0 % slower/);
  });

  it('steady: a machine that grows slower', () => {
    const passes = steadyPasses.map((pass, i) => pass.map((ms) => ms * (1 + i * 0.03)));
    expect(failedIn({ passes })).toEqual(['steady']);
  });

  it('steady: too short a run for three windows', () => {
    expect(failedIn({ passes: steadyPasses.slice(0, 2) })).toEqual(['steady']);
    expect(part('steady', { passes: [] })?.found).toMatch(/too few/);
  });

  it('steady: closer windows are asked for by a stricter profile', () => {
    const passes = steadyPasses.map((pass, i) => pass.map((ms) => ms * (1 + i * 0.01)));
    expect(failedIn({ passes })).toEqual([]);
    expect(failedIn({ passes, tolerance: 0.05 })).toEqual(['steady']);
  });

  it('samples: too few for the percentile', () => {
    expect(failedIn({ samples: 63 })).toEqual(['samples']);
  });

  it("unthrottled: heat, a container's limit, or the card", () => {
    expect(failedIn({ during: { ...quiet, thermalEvents: 1 } })).toEqual(['unthrottled']);
    expect(failedIn({ during: { ...quiet, limitedMs: 80 } })).toEqual(['unthrottled']);
    expect(failedIn({ during: { ...quiet, limitedMs: 20 } })).toEqual([]);
    expect(failedIn({ gpuThrottling: ['hardware thermal slowdown'] })).toEqual(['unthrottled']);
    expect(failedIn({ gpuThrottling: 'untold' })).toEqual(['unthrottled']);
  });

  it('idle: a neighbour on another core, before or during, or a hypervisor that takes its share', () => {
    const busy = { ...quiet, foreignCpu: 0.5 };
    expect(failedIn({ during: busy })).toEqual(['idle']);
    expect(failedIn({ before: busy })).toEqual(['idle']);
    expect(failedIn({ during: { ...quiet, foreignCpu: 0.029 } })).toEqual([]);
    expect(failedIn({ during: { ...quiet, steal: 0.02 } })).toEqual(['idle']);
  });

  it('idle: a machine that does not tell is not taken to be idle', () => {
    expect(failedIn({ during: { ...quiet, foreignCpu: null } })).toEqual(['idle']);
  });

  it('clock: another clock source, a coarse one, or a clock that was set', () => {
    expect(failedIn({ during: { ...quiet, clockSources: ['tsc', 'hpet'] } })).toEqual(['clock']);
    expect(failedIn({ before: { ...quiet, clockSources: ['hpet'] } })).toEqual(['clock']);
    expect(failedIn({ before: null, during: { ...quiet, clockSources: ['jiffies'] } })).toEqual(['clock']);
    expect(failedIn({ during: { ...quiet, clockStepMs: 900 } })).toEqual(['clock']);
    expect(failedIn({ during: { ...quiet, clockStepMs: 20 } })).toEqual([]);
  });
});
