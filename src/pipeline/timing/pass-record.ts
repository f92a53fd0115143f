import { predictMs } from '../../runners/phases.js';
import type { ProviderProof } from '../../runners/onnx/proof/prove-provider.js';
import type { SealEvidence } from '../../runners/onnx/seal/evidence.js';
import { judgeSeal } from '../../runners/onnx/seal/judge.js';
import type { OwnMemory } from '../../runners/onnx/devices/card-watch.js';
import type { MachineFiles } from '../../runners/onnx/seal/machine-files.js';
import { readGovernors } from '../../runners/onnx/seal/frequency.js';
import type { Series } from '../../runners/onnx/timing/time-together.js';
import { ORDER_SEED } from '../../runners/onnx/timing/passes.js';
import { windowsOf } from '../../runners/onnx/timing/windows.js';
import type { TimingPlan } from './timing-plan.js';
import type { EnergyRecord } from '../../schema/energy.js';
import type { PassRecord } from '../../store/timing-record.js';

/** What is known of a series beside its own values. */
export interface PassFacts extends Pick<SealEvidence, 'before' | 'neighbours' | 'card' | 'imagesThere'> {
  readonly plan: TimingPlan;
  readonly device: string;
  readonly files: MachineFiles;
  readonly datasetOf: (key: string) => string;
  readonly attempt: number;
  readonly together: readonly string[];
  readonly proof: ProviderProof | 'untold' | null;
  readonly gpuMemory: OwnMemory | null;
  readonly energy: EnergyRecord;
}

/** How a series was made, with every part of its seal judged. */
export function passRecord(series: Series, facts: PassFacts): PassRecord {
  const { plan, device, proof, before, neighbours, card, gpuMemory, energy } = facts;
  const { warmUp, conditions, cpuMs, involuntarySwitches } = series;
  const passes: number[][] = [];
  const perDataset = new Map<string, number>();
  for (const { pass, key, phases } of series.samples) {
    (passes[pass] ??= []).push(predictMs(phases));
    const dataset = facts.datasetOf(key);
    perDataset.set(dataset, (perDataset.get(dataset) ?? 0) + 1);
  }
  return {
    profile: plan.profile,
    attempt: facts.attempt,
    together: facts.together,
    passes: passes.length,
    orderSeed: ORDER_SEED,
    warmUpMs: warmUp.totalMs,
    settled: warmUp.settled,
    proof: proof === 'untold' ? null : proof,
    windows: windowsOf(passes, 3),
    cpuMs,
    involuntarySwitches,
    // On a CPU nothing is copied to anywhere.
    ...(device === 'cpu' || series.copies === undefined ? {} : { copies: series.copies }),
    gpuMemoryBytes: gpuMemory?.bytes ?? null,
    ...(gpuMemory === null ? {} : { gpuMemoryBy: gpuMemory.by }),
    energy,
    before,
    during: conditions,
    governors: readGovernors(facts.files),
    parts: judgeSeal({
      proof: proof === null && device === 'cpu' ? 'only-provider' : proof,
      neighbours,
      warmUp,
      passes,
      samples: Math.min(...perDataset.values()),
      samplesNeeded: plan.samplesNeeded,
      images: series.images.length,
      imagesThere: facts.imagesThere,
      tolerance: plan.tolerance,
      before,
      during: conditions,
      process: { cpuMs, involuntarySwitches },
      demandsKnown: plan.demandsKnown,
      card,
    }),
  };
}
