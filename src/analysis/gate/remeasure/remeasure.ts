import { availableParallelism, cpus } from 'node:os';
import type { MachineConditions, RemeasuredPhase, RemeasuredRound } from '../../../schema/comparison.js';
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
 * grows slower or faster does so for both. The process is the unit: its median is one observation, and the ratio of
 * the sides' medians has an interval over processes. The round is sealed if every process of it is.
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
  return {
    round: {
      purpose,
      processes: [timings.baseline.length, timings.candidate.length],
      repeated: all.filter(({ repeated }) => repeated).length,
      inferencesEach: Math.min(...all.map(({ samples }) => samples.length)),
      phases: TIMED_PHASES.map((phase) => ratioOf(phase, timings, level)),
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
  const mediansOf = (side: Which): number[] =>
    timings[side].map(({ samples }) => medianOf(samples.map((phases) => millisecondsOf(phases, phase))));
  const processesMs = { baseline: mediansOf('baseline'), candidate: mediansOf('candidate') };
  const [baselineMs, candidateMs] = [
    geometricMean(processesMs.baseline),
    geometricMean(processesMs.candidate),
  ];
  const bounds = ratioInterval(processesMs, level);
  return {
    phase,
    baselineMs,
    candidateMs,
    ratio: bounds?.estimate ?? candidateMs / baselineMs,
    lower: bounds?.lower ?? null,
    upper: bounds?.upper ?? null,
    level: 2 * level - 1,
    processesMs,
  };
}

/**
 * The interval of the ratio of two sides' medians from the medians of their processes; both ends are one-sided bounds
 * of the level given. Null where a phase took no measurable time in some process.
 */
export function ratioInterval(
  { baseline, candidate }: RemeasuredPhase['processesMs'],
  level: number,
): RatioInterval | null {
  if (![...baseline, ...candidate].every((ms) => ms > 0)) return null;
  const single = (medians: readonly number[]): number[][] => medians.map((ms) => [ms]);
  const interval = ratioOfMedians(single(baseline), single(candidate), { level: 2 * level - 1 });
  return interval.kind === 'none' ? null : interval;
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
