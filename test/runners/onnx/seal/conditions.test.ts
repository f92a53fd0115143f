import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../../../../src/runners/onnx/seal/conditions.js';
import { later, snapshot } from './snapshots.js';

describe('the conditions of a measurement', () => {
  it('of a quiet machine show no foreign processor time', () => {
    expect(conditionsOf([[snapshot(), later()]])).toEqual({
      durationMs: 10_000,
      foreignCpu: 0,
      steal: 0,
      pressure: 0,
      load: [0, 0],
      clockSources: ['tsc'],
      clockStepMs: 0,
      thermalEvents: 0,
      limitedMs: 0,
    });
  });

  it('show what others used: busy time less our own, as a share of all processors', () => {
    const busy = later({ processors: { busyMs: 15_000, stealMs: 1_000, allMs: 20_000 } });
    expect(conditionsOf([[snapshot(), busy]])).toMatchObject({ foreignCpu: 0.25, steal: 0.05 });
  });

  it('never have a negative share, though counters tick coarsely', () => {
    expect(conditionsOf([[snapshot(), later({ ownCpuMs: 10_020 })]]).foreignCpu).toBe(0);
  });

  it('do not count what lies between two stretches', () => {
    const first = [snapshot(), later()] as const;
    const second = [
      later({
        steadyMs: 50_000,
        wallMs: 1_700_000_050_000,
        processors: { busyMs: 80_000, stealMs: 0, allMs: 100_000 },
      }),
      later({
        steadyMs: 60_000,
        wallMs: 1_700_000_060_000,
        processors: { busyMs: 90_000, stealMs: 0, allMs: 120_000 },
        ownCpuMs: 20_000,
      }),
    ] as const;
    expect(conditionsOf([first, second])).toMatchObject({ durationMs: 20_000, foreignCpu: 0 });
  });

  it('are null where the system does not tell', () => {
    const silent = {
      ownCpuMs: null,
      pressureMs: null,
      thermalEvents: null,
      limitedMs: null,
      clockSource: null,
    };
    expect(conditionsOf([[snapshot(silent), later(silent)]])).toMatchObject({
      foreignCpu: null,
      pressure: null,
      thermalEvents: null,
      limitedMs: null,
      clockSources: [],
    });
  });

  it('show a clock source that changed and a clock that was set', () => {
    const changed = later({ clockSource: 'hpet', wallMs: 1_700_000_013_000 });
    expect(conditionsOf([[snapshot(), changed]])).toMatchObject({
      clockSources: ['tsc', 'hpet'],
      clockStepMs: 3000,
    });
  });
});
