import { describe, expect, it } from 'vitest';
import { sealOf, type SealPart, type SealPartName } from '../../../../src/schema/seal.js';
import type { CardEvidence } from '../../../../src/runners/onnx/seal/card.js';
import { conditionsOf } from '../../../../src/runners/onnx/seal/conditions.js';
import type { SealEvidence } from '../../../../src/runners/onnx/seal/evidence.js';
import { foreignCoresAllowed, IDLE_LIMITS, ownThreads } from '../../../../src/runners/onnx/seal/idle.js';
import { judgeSeal } from '../../../../src/runners/onnx/seal/judge.js';
import { later, snapshot } from './snapshots.js';

const quiet = conditionsOf([[snapshot(), later()]]);
const steadyPasses = Array.from({ length: 9 }, () => [100, 120, 100, 121]);

type Read = Extract<CardEvidence, { kind: 'read' }>;

/** Of a card that nobody uses, as a container sees it: the list of processes is empty, whoever computes. */
const QUIET: Read['before'] = { utilization: 0, memoryUsedBytes: 4 * 2 ** 20, processes: [] };
const CARD: Read = {
  kind: 'read',
  divided: false,
  before: QUIET,
  after: QUIET,
  seen: false,
  others: [],
  readings: 40,
  turns: { long: 20, read: 20 },
  limitsTold: true,
  throttling: [],
};

/** A measurement that nothing speaks against. */
const SOUND: SealEvidence = {
  proof: { provider: 'CUDAExecutionProvider', nodes: { CUDAExecutionProvider: 149 } },
  neighbours: [],
  warmUp: { inferenceMs: Array.from({ length: 40 }, () => 90), totalMs: 4000, settled: true },
  passes: steadyPasses,
  samples: 64,
  samplesNeeded: 64,
  images: 16,
  imagesThere: 470,
  tolerance: 0.1,
  before: quiet,
  during: quiet,
  process: { cpuMs: 9_900, involuntarySwitches: 30 },
  demandsKnown: false,
  card: CARD,
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

  it('has three states, and is kept where only what no guest is told is not known', () => {
    expect(judgeSeal(SOUND).every(({ state }) => state === 'pass')).toBe(true);
    const silent = { ...quiet, thermalEvents: null, frequencyMhz: null, policies: [] };
    expect(part('unthrottled', { during: silent, card: null })).toEqual({
      name: 'unthrottled',
      pass: true,
      state: 'not known',
      notKnown: ['processor heat', 'processor clock'],
      found:
        'none (processor limits, limits above this container); not known: processor heat, processor clock',
    });
    expect(failedIn({ during: silent, demandsKnown: true })).toEqual([]);
  });

  it('is not kept by publishable where limits or the waiting of our threads are not known', () => {
    const untold = { ...quiet, limitsKnown: 'untold' as const };
    const hidden = { ...quiet, limitsKnown: 'hidden' as const };
    const unwatched = { ...quiet, waitedMs: null };
    for (const during of [untold, hidden, unwatched]) expect(failedIn({ during })).toEqual([]);
    expect(part('unthrottled', { during: untold, demandsKnown: true })).toMatchObject({
      pass: false,
      state: 'not known',
      notKnown: ['processor limits'],
    });
    // what waits for a limit that we cannot see waits all the same
    expect(failedIn({ during: hidden, demandsKnown: true })).toEqual([]);
    expect(failedIn({ during: unwatched, demandsKnown: true })).toEqual(['idle']);
    const neither = { ...hidden, waitedMs: null };
    expect(failedIn({ during: neither, demandsKnown: true })).toEqual(['unthrottled', 'idle']);
  });

  it.each<[string, CardEvidence, readonly SealPartName[], readonly string[]]>([
    [
      'nvidia-smi is missing',
      { kind: 'untold', why: 'nvidia-smi is not installed', canTell: true },
      ['isolated', 'unthrottled'],
      ['who computes on the card (nvidia-smi is not installed)', 'GPU clocks (nvidia-smi is not installed)'],
    ],
    [
      'it ended in the middle',
      { ...CARD, turns: { long: 20, read: 11 } },
      ['unthrottled'],
      ['GPU clocks (read in 11 of 20 turns)'],
    ],
    [
      'it was too slow to tell anything',
      { ...CARD, readings: 0, turns: { long: 0, read: 0 } },
      ['unthrottled'],
      ['GPU clocks (no reading came)'],
    ],
    [
      'the driver does not tell why clocks are low',
      { ...CARD, limitsTold: false },
      ['unthrottled'],
      ['GPU clocks (the driver does not tell why they are low)'],
    ],
    [
      'neither the list nor the use can be seen',
      { ...CARD, before: { ...QUIET, utilization: null } },
      ['isolated'],
      ['who computes on the card'],
    ],
    [
      'the memory is not told',
      { ...CARD, after: { ...QUIET, memoryUsedBytes: null } },
      ['isolated'],
      ['who holds memory of the card'],
    ],
    [
      'somebody holds memory, idly',
      { ...CARD, before: { ...QUIET, memoryUsedBytes: 596 * 2 ** 20 } },
      ['isolated'],
      ['who holds 0.6 GiB of the card'],
    ],
    [
      'it is an instance of a divided card',
      { ...CARD, divided: true, before: { ...QUIET, utilization: null, processes: null } },
      ['isolated'],
      ['who computes on the card', 'other instances of the divided card'],
    ],
  ])(
    'is not kept by publishable without the evidence of a card that can tell: %s',
    (_what, card, failed, asked) => {
      expect(failedIn({ card })).toEqual([]);
      expect(failedIn({ card, demandsKnown: true })).toEqual(failed);
      expect(judgeSeal({ ...SOUND, card }).flatMap(({ notKnown = [] }) => notKnown)).toEqual(asked);
      expect(
        judgeSeal({ ...SOUND, card })
          .filter(({ state }) => state === 'not known')
          .map(({ name }) => name),
      ).toEqual(failed);
    },
  );

  it('is kept where no driver of such a card tells, and says so; a list with our own process in it is trusted', () => {
    const card = { kind: 'untold', why: 'no driver tells of this card', canTell: false } as const;
    expect(failedIn({ card, demandsKnown: true })).toEqual([]);
    expect(part('unthrottled', { card })).toMatchObject({ state: 'not known', pass: true });
    const seen = { ...CARD, seen: true, before: { ...QUIET, utilization: null } };
    expect(part('isolated', { card: seen })).toMatchObject({ state: 'pass' });
  });

  it('fails by what speaks against it, whatever else is not known', () => {
    const heat = { ...quiet, thermalEvents: 2, frequencyMhz: null, policies: [] };
    expect(part('unthrottled', { during: heat })).toMatchObject({
      pass: false,
      state: 'fail',
      found: 'processors slowed for heat 2 times; not known: processor clock',
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

  it('provider: convolutions are elsewhere, though most nodes are on the card', () => {
    const proof = {
      provider: 'CUDAExecutionProvider',
      nodes: { CUDAExecutionProvider: 480, CPUExecutionProvider: 20 },
      computing: { CUDAExecutionProvider: { Conv: 78 }, CPUExecutionProvider: { Conv: 2 } },
    };
    expect(part('provider', { proof })).toMatchObject({
      state: 'fail',
      found:
        'asked for CUDAExecutionProvider: 480 nodes on CUDAExecutionProvider, 20 nodes on CPUExecutionProvider; 2 of 80 Conv on CPUExecutionProvider',
    });
    const { computing: _, ...untold } = proof;
    expect(part('provider', { proof: untold })).toMatchObject({ state: 'not known', pass: false });
    const shapes = { ...proof, computing: { CUDAExecutionProvider: { Conv: 80 } } };
    expect(part('provider', { proof: shapes })).toMatchObject({ state: 'pass', pass: true });
  });

  it('isolated: another inference runs beside ours', () => {
    expect(failedIn({ neighbours: ['process 42 is another inference of Maskbench'] })).toEqual(['isolated']);
  });

  it.each<[string, Partial<Read>, RegExp]>([
    [
      'a process is in the list',
      { before: { ...QUIET, processes: [42] } },
      /^process 42 computes on the card/,
    ],
    ['another one came while ours ran', { others: [43] }, /^process 43 computes on the card/],
    [
      'the card is used while we do nothing',
      { before: { ...QUIET, utilization: 37 } },
      /^others used 37 % of the card before/,
    ],
    [
      'it is used when we have ended',
      { after: { ...QUIET, utilization: 9 } },
      /^others used 9 % of the card after/,
    ],
    [
      'its memory has grown',
      { after: { ...QUIET, memoryUsedBytes: 3 * 2 ** 30 } },
      /^others took 3\.0 GiB of the card meanwhile/,
    ],
  ])('isolated: %s', (_what, fields, found) => {
    const card = { ...CARD, ...fields };
    expect(failedIn({ card })).toEqual(['isolated']);
    expect(part('isolated', { card })).toMatchObject({ state: 'fail', found: expect.stringMatching(found) });
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

  it('samples: too few for the percentile, or of fewer than 16 images where there are more', () => {
    expect(failedIn({ samples: 63 })).toEqual(['samples']);
    expect(failedIn({ images: 15 })).toEqual(['samples']);
    expect(failedIn({ images: 5, imagesThere: 6 })).toEqual(['samples']);
    expect(failedIn({ images: 6, imagesThere: 6 })).toEqual([]);
    expect(part('samples', { images: 4 })?.found).toBe('64 of each dataset, needed 64; 4 images, needed 16');
  });

  it('unthrottled: heat, or the card', () => {
    expect(failedIn({ during: { ...quiet, thermalEvents: 1 } })).toEqual(['unthrottled']);
    expect(failedIn({ card: { ...CARD, throttling: ['hardware thermal slowdown'] } })).toEqual([
      'unthrottled',
    ]);
  });

  it('unthrottled: the limit of a control group, ours or above, by its name', () => {
    const held = (heldMs: number) => ({
      during: { ...quiet, limits: [{ group: '/sys/fs/cgroup/kubepods/pod1', cores: 1.5, heldMs }] },
    });
    expect(failedIn(held(20))).toEqual([]);
    expect(failedIn(held(80))).toEqual(['unthrottled']);
    expect(part('unthrottled', held(80))?.found).toBe(
      'held back 80 ms by the limit of /sys/fs/cgroup/kubepods/pod1 (1.5 processors)',
    );
  });

  it('unthrottled: a clock that fell, or that is kept at its lowest', () => {
    const clock = (median: number) => ({
      during: { ...quiet, frequencyMhz: { median, highest: 3500 } },
    });
    expect(failedIn(clock(3300))).toEqual([]);
    expect(failedIn(clock(2100))).toEqual(['unthrottled']);
    expect(part('unthrottled', clock(2100))?.found).toMatch(/2100 MHz or less in half of the turns/);
    expect(failedIn({ during: { ...quiet, policies: ['acpi-cpufreq powersave'] } })).toEqual(['unthrottled']);
    expect(failedIn({ during: { ...quiet, policies: ['amd-pstate-epp powersave'] } })).toEqual([]);
  });

  it.each([2, 64, 192])('idle: one busy core of %i, before or during', (cores) => {
    const busy = { ...quiet, cores, foreignCpu: 1 / cores };
    expect(failedIn({ during: busy })).toEqual(['idle']);
    expect(failedIn({ before: busy })).toEqual(['idle']);
    expect(part('idle', { during: busy })?.found).toContain('during: others used 1.00 processors');
    expect(part('idle', { during: busy })?.found).toContain(` of ${cores}`);
  });

  it('idle: others may use a little of every processor, and half of one at most', () => {
    expect([2, 8, 64, 90, 192].map((cores) => Number(foreignCoresAllowed(cores).toFixed(3)))).toEqual([
      0.06, 0.09, 0.37, 0.5, 0.5,
    ]);
    expect(failedIn({ during: { ...quiet, foreignCpu: 0.029 } })).toEqual([]);
    expect(failedIn({ during: { ...quiet, foreignCpu: 0.031 } })).toEqual(['idle']);
  });

  it('idle: a hypervisor that takes its share, or as much as others may use', () => {
    expect(failedIn({ during: { ...quiet, steal: 0.02 } })).toEqual(['idle']);
    expect(failedIn({ during: { ...quiet, steal: 0.009 } })).toEqual([]);
    expect(failedIn({ during: { ...quiet, cores: 64, steal: 0.009 } })).toEqual(['idle']);
  });

  it('idle: a process without its processor, by its own time, its waiting, switches and pressure', () => {
    const half = { process: { cpuMs: 5_000, involuntarySwitches: 30 } };
    expect(failedIn({ ...half, proof: 'only-provider' })).toEqual(['idle']);
    // beside a card a process waits for the card
    expect(failedIn(half)).toEqual([]);
    expect(failedIn({ during: { ...quiet, waitedMs: 1_300 } })).toEqual(['idle']);
    expect(part('idle', { during: { ...quiet, waitedMs: 1_300 } })?.found).toMatch(
      /^our threads waited for a processor in 11\.6 % of their time/,
    );
    expect(failedIn({ process: { cpuMs: 9_900, involuntarySwitches: 3_000 } })).toEqual(['idle']);
    expect(failedIn({ during: { ...quiet, pressure: 0.6 } })).toEqual(['idle']);
  });

  it('idle: as measured and limited, up to each limit and not beyond it', () => {
    const { durationMs } = quiet;
    const measured = (by: number): SealEvidence => {
      const cpuMs = durationMs * (IDLE_LIMITS.own - by);
      const waited = IDLE_LIMITS.waited + by;
      const switches = (IDLE_LIMITS.switchesPerSecond * (1 + by) * durationMs) / 1000;
      const pressure = IDLE_LIMITS.pressure + by;
      return {
        ...SOUND,
        proof: 'only-provider',
        during: { ...quiet, waitedMs: (waited / (1 - waited)) * cpuMs, pressure },
        process: { cpuMs, involuntarySwitches: switches },
      };
    };
    const { during, process } = measured(0.01);
    expect(ownThreads(during, process)).toEqual({
      own: expect.closeTo(IDLE_LIMITS.own - 0.01),
      waited: expect.closeTo(IDLE_LIMITS.waited + 0.01),
      switchesPerSecond: expect.closeTo(1.01 * IDLE_LIMITS.switchesPerSecond),
      pressure: expect.closeTo(IDLE_LIMITS.pressure + 0.01),
    });
    expect(failedIn(measured(-0.01))).toEqual([]);
    expect(part('idle', measured(0.01))?.found.split('; ')).toHaveLength(5); // each of four, and what others may use
  });

  it('idle: a machine that does not tell is not taken to be idle', () => {
    const during = { ...quiet, foreignCpu: null };
    expect(failedIn({ during })).toEqual(['idle']);
    expect(part('idle', { during })).toMatchObject({ state: 'not known', notKnown: ['what others use'] });
  });

  it('clock: another clock source, a coarse one, or a clock that was set', () => {
    expect(failedIn({ during: { ...quiet, clockSources: ['tsc', 'hpet'] } })).toEqual(['clock']);
    expect(failedIn({ before: { ...quiet, clockSources: ['hpet'] } })).toEqual(['clock']);
    expect(failedIn({ before: null, during: { ...quiet, clockSources: ['jiffies'] } })).toEqual(['clock']);
    expect(failedIn({ during: { ...quiet, clockStepMs: 900 } })).toEqual(['clock']);
    expect(failedIn({ during: { ...quiet, clockStepMs: 20 } })).toEqual([]);
    expect(part('clock', { before: null, during: { ...quiet, clockSources: [] } })).toMatchObject({
      pass: true,
      state: 'not known',
    });
  });
});
