import type { EnergyRatio } from '../../schema/energy.js';
import type { LatencyComparison, PhaseRatio } from '../../schema/comparison.js';
import { TIMED_PHASES, type TimedPhase } from '../../schema/timing-summary.js';
import { meanInterval } from '../../stats/mean-interval.js';
import type { Resampling } from './metric-comparison.js';
import type { SideFacts } from './side.js';
import type { ImageTimes, StoredTimes } from '../../store/stored-times.js';

/** What every ratio of stored times lacks, however well each was sealed. */
const ONE_PROCESS =
  'One process per side, at different times: the interval is over images and does not cover differences between processes.';

/**
 * Ratios of two runs' stored times, candidate over baseline, over the images that both timed: the geometric mean of the
 * ratios of the images' median times, with its interval. Times of different machines or threads are not compared.
 */
export function compareStoredTimes(
  a: { readonly facts: SideFacts; readonly times: StoredTimes | undefined },
  b: { readonly facts: SideFacts; readonly times: StoredTimes | undefined },
  resampling: Resampling,
): LatencyComparison {
  for (const { facts, times } of [a, b]) {
    if (times === undefined) return { kind: 'none', reason: `no times in ${facts.label}` };
  }
  if (a.times === undefined || b.times === undefined) return { kind: 'none', reason: 'no times' };
  const apart = machineDifferences(a.facts, b.facts);
  if (apart.length > 0) return { kind: 'none', reason: `times of different machines (${apart.join(', ')})` };
  if (a.times.threads !== b.times.threads) {
    return { kind: 'none', reason: `timed with ${a.times.threads} against ${b.times.threads} threads` };
  }
  const theirs = new Map(b.times.images.map((image) => [keyOf(image), image]));
  const common = a.times.images.flatMap((before): [ImageTimes, ImageTimes][] => {
    const after = theirs.get(keyOf(before));
    return after === undefined ? [] : [[before, after]];
  });
  if (common.length === 0) return { kind: 'none', reason: 'no image was timed on both sides' };
  const phases = TIMED_PHASES.map((phase) =>
    ratioOf(
      phase,
      common.map(([before]) => before.ms[phase]),
      common.map(([, after]) => after.ms[phase]),
      { ...resampling, seed: `${resampling.seed}/${phase}` },
    ),
  );
  const caveats = [unsealed(a.facts, a.times), unsealed(b.facts, b.times), ONE_PROCESS];
  const energy = energyRatioOf(a.times, b.times);
  return {
    kind: 'stored',
    images: common.length,
    phases,
    ...(energy === null ? {} : { energy }),
    caveats: caveats.flatMap((one) => one ?? []),
  };
}

/** Null where a side does not know it, or knows it by something else. */
function energyRatioOf({ energy: before }: StoredTimes, { energy: after }: StoredTimes): EnergyRatio | null {
  if (before?.kind !== 'measured' || after?.kind !== 'measured' || before.by !== after.by) return null;
  const [baselineJ, candidateJ] = [before.joulesEach, after.joulesEach];
  return { by: before.by, baselineJ, candidateJ, ratio: candidateJ / baselineJ };
}

function unsealed({ label }: SideFacts, { seal }: StoredTimes): string | null {
  return seal.kind === 'sealed' ? null : `The times of ${label} are unsealed (${seal.failed.join(', ')}).`;
}

function ratioOf(
  phase: TimedPhase,
  before: readonly number[],
  after: readonly number[],
  { resamples, seed }: Resampling,
): PhaseRatio {
  const logs = before.map((ms, i) => Math.log(after[i] / ms));
  // a phase may take no measurable time on some image, and then has no geometric mean
  const interval = meanInterval(logs.every(Number.isFinite) ? logs : [], { resamples, seed });
  const bounds = interval.kind === 'interval' ? interval : undefined;
  const [baselineMs, candidateMs] = [geometricMean(before), geometricMean(after)];
  return {
    phase,
    baselineMs,
    candidateMs,
    ratio: candidateMs / baselineMs,
    lower: bounds === undefined ? null : Math.exp(bounds.lower),
    upper: bounds === undefined ? null : Math.exp(bounds.upper),
    level: 0.95,
  };
}

/** Of times of at least one image or process; 0 if one of them is. */
export function geometricMean(times: readonly number[]): number {
  return Math.exp(times.reduce((sum, ms) => sum + Math.log(ms), 0) / times.length);
}

/** What keeps times of the two sides from being compared with each other. */
export function machineDifferences(a: SideFacts, b: SideFacts): readonly string[] {
  const parts: readonly [string, string, string][] = [
    ['device', a.device, b.device],
    ['processor', a.environment.cpu, b.environment.cpu],
    ['cores', String(a.environment.cores), String(b.environment.cores)],
  ];
  return parts.flatMap(([what, ours, theirs]) =>
    ours === theirs ? [] : [`${what} ${ours} against ${theirs}`],
  );
}

function keyOf({ dataset, id }: ImageTimes): string {
  return JSON.stringify([dataset, id]);
}
