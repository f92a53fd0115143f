import type { SamplingPlan } from '../../runners/onnx/timing/passes.js';
import type { WarmUpPlan } from '../../runners/onnx/timing/warm-up.js';
import { valuesForPercentile } from '../../stats/order-statistics.js';
import type { TimeConfig, TimingProfile } from '../../store/settings-schema.js';

/** What a timing pass does, in figures: a profile with the config's own wishes put in. */
export interface TimingPlan {
  readonly profile: TimingProfile;
  /** Pictures of every dataset. */
  readonly images: number;
  readonly warmUp: WarmUpPlan;
  readonly sampling: SamplingPlan;
  /** Predictions of every dataset that the highest percentile needs. */
  readonly samplesNeeded: number;
  /** How far the three windows may lie apart. */
  readonly tolerance: number;
  /** How long the machine is watched before anything starts, milliseconds. */
  readonly idleMs: number;
  /** Whether a model that is not steady is measured once more in a fresh process. */
  readonly repeats: boolean;
  /** Whether the seal asks for what every Linux system can tell (docs/timing.md). */
  readonly demandsKnown: boolean;
}

type Percentile = NonNullable<TimeConfig['percentile']>;

interface Profile
  extends
    Pick<TimingPlan, 'images' | 'warmUp' | 'tolerance' | 'idleMs'>,
    Pick<SamplingPlan, 'ms' | 'passes'> {
  readonly percentile: Percentile;
}

const PROFILES: Readonly<Record<TimingProfile, Profile>> = {
  // Three warm-ups are the least: the second inference is often the slowest of all. Never sealed.
  quick: {
    images: 4,
    warmUp: { inferences: 3, ms: 0, slowInferences: 3, tolerance: null },
    percentile: 'p50',
    ms: 0,
    passes: 3,
    tolerance: 0.1,
    idleMs: 300,
  },
  standard: {
    images: 16,
    warmUp: { inferences: 20, ms: 3000, slowInferences: 5, tolerance: 0.1 },
    percentile: 'p90',
    ms: 3000,
    passes: null,
    tolerance: 0.1,
    idleMs: 1000,
  },
  publishable: {
    images: 16,
    warmUp: { inferences: 20, ms: 3000, slowInferences: 5, tolerance: 0.05 },
    percentile: 'p95',
    ms: 10_000,
    passes: null,
    tolerance: 0.05,
    idleMs: 3000,
  },
};

export function timingPlan(config: TimeConfig): TimingPlan {
  const profile = PROFILES[config.profile];
  const samplesNeeded = valuesForPercentile(Number((config.percentile ?? profile.percentile).slice(1)) / 100);
  const inferences = config.warmup ?? profile.warmUp.inferences;
  return {
    profile: config.profile,
    images: config.images ?? profile.images,
    warmUp: {
      ...profile.warmUp,
      inferences,
      slowInferences: Math.min(inferences, profile.warmUp.slowInferences),
    },
    sampling: {
      samples: samplesNeeded,
      ms: profile.ms,
      passes: config.rounds ?? (config.percentile === undefined ? profile.passes : null),
    },
    samplesNeeded,
    tolerance: profile.tolerance,
    idleMs: profile.idleMs,
    demandsKnown: config.profile === 'publishable',
    repeats: profile.passes === null && config.rounds === undefined,
  };
}
