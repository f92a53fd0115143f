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
      cores: 2,
      ownCpuMs: 10_000,
      waitedMs: 0,
      limits: [],
      limitsKnown: 'all',
      frequencyMhz: { median: 3500, highest: 3500 },
      policies: ['intel_pstate powersave'],
    });
  });

  it('show what others used: busy time less our own, as a share of all processors', () => {
    const busy = later({ processors: { busyMs: 15_000, stealMs: 1_000, allMs: 20_000, count: 2 } });
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
        processors: { busyMs: 80_000, stealMs: 0, allMs: 100_000, count: 2 },
      }),
      later({
        steadyMs: 60_000,
        wallMs: 1_700_000_060_000,
        processors: { busyMs: 90_000, stealMs: 0, allMs: 120_000, count: 2 },
        ownCpuMs: 20_000,
      }),
    ] as const;
    expect(conditionsOf([first, second])).toMatchObject({ durationMs: 20_000, foreignCpu: 0 });
  });

  it('are null where the system does not tell', () => {
    const silent = {
      ownCpuMs: null,
      pressureMs: null,
      waitedMs: null,
      thermalEvents: null,
      limits: { groups: [], known: 'untold' as const },
      frequency: { fastestMhz: null, policies: [] },
      clockSource: null,
    };
    expect(conditionsOf([[snapshot(silent), later(silent)]])).toMatchObject({
      foreignCpu: null,
      pressure: null,
      thermalEvents: null,
      limitedMs: null,
      waitedMs: null,
      limitsKnown: 'untold',
      frequencyMhz: null,
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

  it('name every control group that has a limit, ours or above, with what it held back', () => {
    const groups = (heldMs: number) => ({
      groups: [
        { group: '/pod/own', cores: null, heldMs: 0 },
        { group: '/pod', cores: 1.5, heldMs },
        { group: '/', cores: null, heldMs: null },
      ],
      known: 'all' as const,
    });
    expect(conditionsOf([[snapshot({ limits: groups(100) }), later({ limits: groups(900) })]])).toMatchObject(
      { limitedMs: 800, limits: [{ group: '/pod', cores: 1.5, heldMs: 800 }] },
    );
  });

  it('have the middle of the clocks that the fastest processor had after every stretch', () => {
    const stretches = [3500, 2100, 2000].map(
      (fastestMhz) =>
        [snapshot(), later({ frequency: { fastestMhz, policies: ['acpi-cpufreq schedutil'] } })] as const,
    );
    expect(conditionsOf(stretches)).toMatchObject({
      frequencyMhz: { median: 2100, highest: 3500 },
      policies: ['intel_pstate powersave', 'acpi-cpufreq schedutil'],
    });
  });
});
