import { availableParallelism, cpus } from 'node:os';
import type { MachineConditions, RemeasuredPhase, RemeasuredRound } from '../../../schema/comparison.js';
import { groupBy } from '../../../core/group.js';
import { summariseEnergy, type RemeasuredEnergy } from '../../../schema/energy.js';
import { SEAL_PARTS, type SealPart } from '../../../schema/seal.js';
import { TIMED_PHASES, type TimedPhase } from '../../../schema/timing-summary.js';
import { medianOf } from '../../../stats/quantile.js';
import { ratioOfMedians, type RatioInterval } from '../../../stats/ratio-of-medians.js';
import type { Measure } from './measure.js';
import { geometricMean } from '../../compare/stored-latency.js';
import { millisecondsOf } from '../../../store/stored-times.js';
import type { ProcessTimer, ProcessTimes, Which } from './time-process.js';

export interface RemeasureRequest {
  readonly timer: ProcessTimer;
  /** Processes of each side. */
  readonly processes: Measure['processes'];
  /** Of the one-sided bounds, above 0.5. */
  readonly level: number;
  onProcess?(done: number, total: number): void;
}

/** A round, and the median over its processes of their peak memory; null where the system does not tell. */
export interface Remeasured {
  readonly round: RemeasuredRound;
  readonly peakRssBytes: { readonly baseline: number; readonly candidate: number } | null;
}

type Timings = Readonly<Record<Which, readonly ProcessTimes[]>>;

/**
 * Times two models against each other: fresh processes in the order A B B A, again and again, so that a machine that
 * grows slower or faster does so for both. The process is the unit: the geometric mean over images of their median times is
 * one observation, and the ratio of the sides has an interval over processes; so has that of every image, of which the one
 * that was slowed most is told. The round is sealed if every process of it is.
 *
 * @throws MaskbenchError why a process could not do it, or `cancelled`.
 */
export async function remeasure(
  { timer, processes, level, onProcess }: RemeasureRequest,
  purpose: RemeasuredRound['purpose'] = 'measurement',
): Promise<Remeasured> {
  const order = interleaved(processes);
  const timings: Record<Which, ProcessTimes[]> = { baseline: [], candidate: [] };
  for (const [done, side] of order.entries()) {
    onProcess?.(done, order.length);
    timings[side].push(await timer.time(side));
  }
  onProcess?.(order.length, order.length);
  const all = [...timings.baseline, ...timings.candidate];
  const energy = energyRatio(timings, level);
  return {
    round: {
      purpose,
      processes: [timings.baseline.length, timings.candidate.length],
      repeated: all.filter(({ repeated }) => repeated).length,
      inferencesEach: Math.min(...all.map(({ samples }) => samples.length)),
      phases: TIMED_PHASES.map((phase) => ratioOf(phase, timings, level)),
      ...(energy === undefined ? {} : { energy }),
      seal: sealParts(all),
      conditions: conditionsOver(all),
    },
    peakRssBytes: peaks(timings),
  };
}

/** A B B A A B B A ...: `processes` of each side. */
export function interleaved(processes: number): readonly Which[] {
  return Array.from({ length: processes * 2 }, (_, i) =>
    i % 4 === 0 || i % 4 === 3 ? 'baseline' : 'candidate',
  );
}

function ratioOf(phase: TimedPhase, timings: Timings, level: number): RemeasuredPhase {
  const medians = {
    baseline: timings.baseline.map((one) => imageMedians(one, phase)),
    candidate: timings.candidate.map((one) => imageMedians(one, phase)),
  };
  const processesMs = {
    baseline: medians.baseline.map((images) => geometricMean([...images.values()])),
    candidate: medians.candidate.map((images) => geometricMean([...images.values()])),
  };
  const [baselineMs, candidateMs] = [
    geometricMean(processesMs.baseline),
    geometricMean(processesMs.candidate),
  ];
  const bounds = ratioInterval(processesMs, level);
  const most = mostSlowed(medians, level);
  return {
    phase,
    baselineMs,
    candidateMs,
    ratio: bounds?.estimate ?? candidateMs / baselineMs,
    lower: bounds?.lower ?? null,
    upper: bounds?.upper ?? null,
    level: 2 * level - 1,
    processesMs,
    ...(most === null ? {} : { mostSlowed: most }),
  };
}

/** Median milliseconds of every image in one process. */
function imageMedians({ samples }: ProcessTimes, phase: TimedPhase): ReadonlyMap<string, number> {
  const byImage = groupBy(samples, ({ image }) => image);
  return new Map(
    [...byImage].map(([image, own]) => [
      image,
      medianOf(own.map(({ phases }) => millisecondsOf(phases, phase))),
    ]),
  );
}

/**
 * The image that was slowed most. "Every image is within the limit" is shown by all their upper bounds at the level itself,
 * "some image is beyond it" by any lower bound at the level divided among the images. Null where an image took no
 * measurable time in some process.
 */
function mostSlowed(
  medians: Readonly<Record<Which, readonly ReadonlyMap<string, number>[]>>,
  level: number,
): NonNullable<RemeasuredPhase['mostSlowed']> | null {
  const images = [...(medians.baseline[0]?.keys() ?? [])];
  const divided = 1 - (1 - level) / images.length;
  const ratios = images.flatMap((image) => {
    const of = (side: Which): number[] => medians[side].map((process) => process.get(image) ?? 0);
    const processesMs = { baseline: of('baseline'), candidate: of('candidate') };
    const [plain, strict] = [ratioInterval(processesMs, level), ratioInterval(processesMs, divided)];
    return plain === null || strict === null
      ? []
      : [{ image, ratio: plain.estimate, lower: strict.lower, upper: plain.upper }];
  });
  if (images.length === 0 || ratios.length < images.length) return null;
  const [most] = ratios.toSorted((a, b) => b.ratio - a.ratio);
  return {
    image: most.image,
    images: images.length,
    ratio: most.ratio,
    lower: Math.max(...ratios.map(({ lower }) => lower)),
    upper: Math.max(...ratios.map(({ upper }) => upper)),
  };
}

/**
 * The interval of the ratio of two sides from a time of each of their processes; both ends are one-sided bounds
 * of the level given. Null where a phase took no measurable time in some process.
 */
export function ratioInterval(
  { baseline, candidate }: RemeasuredPhase['processesMs'],
  level: number,
): RatioInterval | null {
  if (![...baseline, ...candidate].every((ms) => ms > 0)) return null;
  const single = (times: readonly number[]): number[][] => times.map((ms) => [ms]);
  const interval = ratioOfMedians(single(baseline), single(candidate), { level: 2 * level - 1 });
  return interval.kind === 'none' ? null : interval;
}

/** Joules of one prediction, with the process as the unit; undefined where nobody counted. */
function energyRatio(timings: Timings, level: number): RemeasuredEnergy | undefined {
  const told = [...timings.baseline, ...timings.candidate].flatMap(({ energy }) => energy ?? []);
  if (told.length < timings.baseline.length + timings.candidate.length) return undefined;
  const unknown = told.flatMap((one) => (one.kind === 'not known' ? [one] : []));
  if (unknown.length > 0) {
    const where = unknown.length === told.length ? '' : ` (in ${unknown.length} of ${told.length} processes)`;
    return { kind: 'not known', reason: `${unknown[0].reason}${where}` };
  }
  const [by, other] = new Set(told.flatMap((one) => (one.kind === 'measured' ? [one.by] : [])));
  if (other !== undefined)
    return { kind: 'not known', reason: `it is known by ${by} here and by ${other} there` };
  const joulesOf = (side: Which): number[] =>
    timings[side].flatMap(({ energy, samples }) => {
      const each = energy && summariseEnergy(energy, samples.length);
      return each?.kind === 'measured' ? [each.joulesEach] : [];
    });
  const processesJ = { baseline: joulesOf('baseline'), candidate: joulesOf('candidate') };
  const [baselineJ, candidateJ] = [geometricMean(processesJ.baseline), geometricMean(processesJ.candidate)];
  const bounds = ratioInterval(processesJ, level);
  return {
    kind: 'measured',
    by,
    baselineJ,
    candidateJ,
    ratio: bounds?.estimate ?? candidateJ / baselineJ,
    lower: bounds?.lower ?? null,
    upper: bounds?.upper ?? null,
    level: 2 * level - 1,
    processesJ,
  };
}

/** A part holds if it holds in every process; what is said of it is of the first process that it does not hold in. */
function sealParts(processes: readonly ProcessTimes[]): readonly SealPart[] {
  return SEAL_PARTS.flatMap((name) => {
    const found = processes.flatMap(({ parts }) => parts.find((part) => part.name === name) ?? []);
    const failed = found.filter(({ pass }) => !pass);
    const [first] = failed.length > 0 ? failed : found;
    if (first === undefined) return [];
    const where =
      failed.length === 0 || processes.length === 1
        ? ''
        : `${failed.length} of ${processes.length} processes: `;
    return [{ ...first, pass: failed.length === 0, found: `${where}${first.found}` }];
  });
}

function conditionsOver(processes: readonly ProcessTimes[]): MachineConditions {
  const all = processes.map(({ conditions }) => conditions);
  const durationMs = all.reduce((sum, one) => sum + one.durationMs, 0);
  const foreignMs = all.reduce((sum, one) => sum + (one.foreignCpu ?? Number.NaN) * one.durationMs, 0);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    loadBefore: all[0]?.load[0] ?? 0,
    loadAfter: all.at(-1)?.load[1] ?? 0,
    foreignCpu: durationMs > 0 && Number.isFinite(foreignMs) ? foreignMs / durationMs : null,
  };
}

function peaks(timings: Timings): Remeasured['peakRssBytes'] {
  const median = (side: Which): number | null => {
    const known = timings[side].flatMap(({ peakRssBytes }) => peakRssBytes ?? []);
    return known.length < timings[side].length ? null : medianOf(known);
  };
  const [baseline, candidate] = [median('baseline'), median('candidate')];
  return baseline === null || candidate === null ? null : { baseline, candidate };
}
