import type { Snapshot } from '../../../../src/runners/onnx/seal/snapshot.js';

/** A moment of a machine with two idle processors. */
export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    steadyMs: 0,
    wallMs: 1_700_000_000_000,
    processors: { busyMs: 0, stealMs: 0, allMs: 0, count: 2 },
    ownCpuMs: 0,
    pressureMs: 0,
    load: 0,
    clockSource: 'tsc',
    thermalEvents: 0,
    waitedMs: 0,
    limits: { groups: [{ group: '/sys/fs/cgroup/cpu', cores: null, heldMs: 0 }], known: 'all' },
    frequency: { fastestMhz: 3500, policies: ['intel_pstate powersave'] },
    ...fields,
  };
}

/** Ten seconds later: what grew meanwhile. */
export function later(fields: Partial<Snapshot> = {}): Snapshot {
  return snapshot({
    steadyMs: 10_000,
    wallMs: 1_700_000_010_000,
    processors: { busyMs: 10_000, stealMs: 0, allMs: 20_000, count: 2 },
    ownCpuMs: 10_000,
    ...fields,
  });
}
