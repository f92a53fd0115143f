import type { EnergyRecord } from '../../../schema/energy.js';
import type { SealPart, SealPartName } from '../../../schema/seal.js';
import { proveProvider, type ProviderProof } from '../../../runners/onnx/proof/prove-provider.js';
import type { DeviceRequest } from '../../../runners/device.js';
import { predictMs, type PhaseTimes } from '../../../runners/phases.js';
import { type Conditions, observeIdle } from '../../../runners/onnx/seal/conditions.js';
import { judgeSeal } from '../../../runners/onnx/seal/judge.js';
import {
  THIS_MACHINE,
  type MachineFiles,
  otherInferenceProcesses,
} from '../../../runners/onnx/seal/machine-files.js';
import { timeTogether, type Series, type TimedModel } from '../../../runners/onnx/timing/time-together.js';
import { watchDevice, type DeviceRound } from '../../../runners/onnx/seal/device-watch.js';
import { timingPlan, type TimingPlan } from '../../../pipeline/timing/timing-plan.js';
import { isQuickLook, type Measure } from './measure.js';

/** What one fresh process of one side came to. */
export interface ProcessTimes {
  readonly samples: readonly { readonly image: string; readonly phases: PhaseTimes }[];
  readonly peakRssBytes: number | null;
  /** Every part of the seal of its times. */
  readonly parts: readonly SealPart[];
  readonly conditions: Conditions;
  /** Of the device while it was recorded; absent where nobody counted. */
  readonly energy?: EnergyRecord;
  /** A first process was disturbed, and this is the one that was measured in its place. */
  readonly repeated: boolean;
}

export type Which = 'baseline' | 'candidate';

/** Times models in fresh processes, one at a time. */
export interface ProcessTimer {
  time(side: Which): Promise<ProcessTimes>;
  stop(): void;
}

interface ProcessTimerOptions {
  readonly models: Readonly<Record<Which, TimedModel>>;
  readonly device: DeviceRequest;
  readonly measure: Measure;
  /** Dataset and id of an image, by its key. */
  readonly imageOf: (key: string) => string;
  /** Images of all datasets, of which so many are timed as the measure says. */
  readonly imagesThere: number;
  readonly signal: AbortSignal;
  readonly files?: MachineFiles;
}

/** Troubles that pass: a process that suffered one is measured once more, and then stands as it is. */
const PASSING: readonly SealPartName[] = ['warmed', 'steady', 'idle'];

/** Fast models are recorded at least so long, milliseconds. */
const RECORDED_MS = 3000;

/**
 * The seal of a gate: windows within 5 %, times enough for a median, and the machine watched as for publication. With
 * fewer warm-up predictions than any seal asks for it is a quick look, which decides nothing.
 */
function gatePlan(measure: Measure): TimingPlan {
  const { images, rounds, warmup } = measure;
  const profile = isQuickLook(measure) ? 'quick' : 'publishable';
  const plan = timingPlan({ profile, images, warmup, percentile: 'p50', threads: 'auto', together: 1 });
  const ms = profile === 'quick' ? 0 : RECORDED_MS;
  return { ...plan, tolerance: GATE_TOLERANCE, sampling: { samples: images * rounds, ms, passes: null } };
}

const GATE_TOLERANCE = 0.05;

/**
 * Prepares to time two models. Looks at the idle machine first, and where a provider is to be proven, proves it.
 *
 * @throws MaskbenchError `device.unavailable`, or why a model cannot be loaded, or `cancelled`.
 */
export async function createProcessTimer(options: ProcessTimerOptions): Promise<ProcessTimer> {
  const { models, device, measure, signal, files = THIS_MACHINE } = options;
  const plan = gatePlan(measure);
  const watch = await watchDevice(device, undefined, undefined, files);
  const before = await watch.whileIdle(() => observeIdle(files, plan.idleMs, signal, watch.helpers));
  const prove = async ({ load, images }: TimedModel): Promise<Around['proof']> => {
    if (load === null) return 'untold';
    return device.provider === 'cpu'
      ? 'only-provider'
      : proveProvider({ load, image: images[0] ?? null, signal });
  };
  const proveBoth = async (): Promise<Record<Which, Around['proof']>> => ({
    baseline: await prove(models.baseline),
    candidate: await prove(models.candidate),
  });
  const proofs = await proveBoth().catch((error: unknown) => {
    watch.stop();
    throw error;
  });
  const once = async (side: Which): Promise<Omit<ProcessTimes, 'repeated'>> => {
    const neighbours = new Set<string>();
    const round = watch.round();
    const look = (pid: number | undefined): void => {
      const ours = [...watch.helpers, ...(pid === undefined ? [] : [pid])];
      for (const other of otherInferenceProcesses(files, ours))
        neighbours.add(`process ${other} is another inference of Maskbench`);
    };
    const [outcome] = await timeTogether({
      models: [models[side]],
      warmUp: plan.warmUp,
      sampling: plan.sampling,
      datasetOf: () => 'all',
      signal,
      files,
      helpers: watch.helpers,
      energy: watch.energy,
      async onWarm(_name, pid) {
        look(pid);
        await round.look(pid);
      },
    });
    await round.end();
    if (outcome.kind === 'failed') throw outcome.error;
    return describe(outcome.series, {
      plan,
      imagesThere: options.imagesThere,
      imageOf: options.imageOf,
      before,
      neighbours: [...neighbours],
      round,
      proof: proofs[side],
    });
  };
  return {
    async time(side) {
      const first = await once(side);
      const disturbed = first.parts.some(({ name, pass }) => !pass && PASSING.includes(name));
      return disturbed && !isQuickLook(measure)
        ? { ...(await once(side)), repeated: true }
        : { ...first, repeated: false };
    },
    stop: () => watch.stop(),
  };
}

interface Around {
  readonly plan: TimingPlan;
  readonly imagesThere: number;
  readonly imageOf: (key: string) => string;
  readonly before: Conditions;
  readonly neighbours: readonly string[];
  readonly round: DeviceRound;
  readonly proof: ProviderProof | 'only-provider' | 'untold';
}

function describe(
  { samples, images, peakRssBytes, conditions, warmUp, turns, energy, cpuMs, involuntarySwitches }: Series,
  { plan, imagesThere, imageOf, before, neighbours, round, proof }: Around,
): Omit<ProcessTimes, 'repeated'> {
  const passes: number[][] = [];
  for (const { pass, phases } of samples) (passes[pass] ??= []).push(predictMs(phases));
  const parts = judgeSeal({
    proof,
    neighbours,
    warmUp,
    passes,
    samples: samples.length,
    samplesNeeded: plan.samplesNeeded,
    images: images.length,
    imagesThere,
    tolerance: plan.tolerance,
    before,
    during: conditions,
    process: { cpuMs, involuntarySwitches },
    demandsKnown: plan.demandsKnown,
    card: round.evidence(turns),
  });
  return {
    samples: samples.map(({ key, phases }) => ({ image: imageOf(key), phases })),
    peakRssBytes,
    parts,
    conditions,
    energy: round.energy(energy),
  };
}
