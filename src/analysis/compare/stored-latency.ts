import type { EnergyRatio } from '../../schema/energy.js';
import type { LatencyComparison, PhaseRatio } from '../../schema/comparison.js';
import { scopeOf, TIMED_PHASES, type TimedPhase } from '../../schema/timing-summary.js';
import { meanInterval } from '../../stats/mean-interval.js';
import type { Resampling } from './metric-comparison.js';
import type { SideFacts } from './side.js';
import type { ImageTimes, StoredTimes, TimesOfScope } from '../../store/stored-times.js';

/** What every ratio of stored times lacks, however well each was sealed. */
const ONE_PROCESS =
  'One process per side, at different times: the interval is over images and does not cover differences between processes.';

/** What every ratio of the times of calls lacks. */
const OF_CALLS =
  'Calls at different times: the network and whoever else the service had to answer are in them; the interval is over images.';

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
  const shared = ofOneScope(a.times, b.times);
  if (shared === undefined)
    return {
      kind: 'none',
      reason: `times of different scopes (${scopesOf(a.times)} against ${scopesOf(b.times)})`,
    };
  const [before, after] = shared;
  const scope = scopeOf(before);
  const apart = scope === 'service' ? [] : machineDifferences(a.facts, b.facts);
  if (apart.length > 0) return { kind: 'none', reason: `times of different machines (${apart.join(', ')})` };
  if (before.threads !== after.threads) {
    return { kind: 'none', reason: `timed with ${before.threads} against ${after.threads} threads` };
  }
  const theirs = new Map(after.images.map((image) => [keyOf(image), image]));
  const common = before.images.flatMap((own): [ImageTimes, ImageTimes][] => {
    const other = theirs.get(keyOf(own));
    return other === undefined ? [] : [[own, other]];
  });
  if (common.length === 0) return { kind: 'none', reason: 'no image was timed on both sides' };
  // A call has no phases.
  const timed: readonly TimedPhase[] = scope === 'service' ? ['predict'] : TIMED_PHASES;
  const phases = timed.flatMap((phase): PhaseRatio[] => {
    const [own, other] = [0, 1].map((side) => common.map((pair) => pair[side].ms[phase]));
    // Of the phases that a program does not tell of nothing is known.
    const isUntold = [own, other].some((times) => times.every((ms) => ms === 0));
    if (scope === 'file-to-file' && isUntold) return [];
    return [ratioOf(phase, own, other, { ...resampling, seed: `${resampling.seed}/${phase}` })];
  });
  const caveats =
    scope === 'service' ? [OF_CALLS] : [unsealed(a.facts, before), unsealed(b.facts, after), ONE_PROCESS];
  const energy = energyRatioOf(before, after);
  return {
    kind: 'stored',
    ...(scope === 'predict' ? {} : { scope }),
    images: common.length,
    phases,
    ...(energy === null ? {} : { energy }),
    caveats: caveats.flatMap((one) => one ?? []),
  };
}

/** Null where a side does not know it, or knows it by something else. */
function energyRatioOf(
  { energy: before }: TimesOfScope,
  { energy: after }: TimesOfScope,
): EnergyRatio | null {
  if (before?.kind !== 'measured' || after?.kind !== 'measured' || before.by !== after.by) return null;
  const [baselineJ, candidateJ] = [before.joulesEach, after.joulesEach];
  return { by: before.by, baselineJ, candidateJ, ratio: candidateJ / baselineJ };
}

const allOf = (times: StoredTimes | undefined): readonly TimesOfScope[] =>
  times === undefined ? [] : [times, ...(times.wider ?? [])];
const scopesOf = (times: StoredTimes | undefined): string => allOf(times).map(scopeOf).join(', ');

/** The times of the narrowest scope that both sides have. */
function ofOneScope(
  a: StoredTimes | undefined,
  b: StoredTimes | undefined,
): readonly [TimesOfScope, TimesOfScope] | undefined {
  const pairs = allOf(a).flatMap((own): [TimesOfScope, TimesOfScope][] =>
    allOf(b).flatMap((other): [TimesOfScope, TimesOfScope][] =>
      scopeOf(own) === scopeOf(other) ? [[own, other]] : [],
    ),
  );
  return pairs[0];
}

function unsealed({ label }: SideFacts, { seal }: TimesOfScope): string | null {
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
