import type { EnergySource } from '../../../schema/energy.js';

/** A device's counters of energy at one moment, in joules, or why they could not be read. */
export type CounterReading =
  | { readonly kind: 'read'; readonly joules: readonly number[] }
  | { readonly kind: 'lost'; readonly reason: string };

/** Counts the energy of a device; reading it costs something only at that moment. */
export interface EnergyCounter {
  readonly by: Exclude<EnergySource, 'power-samples'>;
  /** All whose energy it counts, in words. */
  readonly of: string;
  /** The counter is brought up to date about so often, milliseconds: shorter stretches say nothing. */
  readonly everyMs: number;
  /** Joules at which each counter begins anew at 0; null for one that never does, as far as anybody tells. */
  readonly ranges: readonly (number | null)[];
  /** More watts than the device can take, where that is known: such a figure is a fault of the counter. */
  readonly mostW: number | null;
  /** Of the process that reads it: its processor time is ours. */
  readonly pid: number | undefined;
  read(): Promise<CounterReading>;
  stop(): void;
}

/** The counter of a device, or why there is none. */
export type FoundCounter =
  | { readonly kind: 'counter'; readonly counter: EnergyCounter }
  | { readonly kind: 'none'; readonly reason: string };

/** What was counted while something was done. */
export interface EnergyStretch {
  /** By the calendar's clock in milliseconds. */
  readonly between: readonly [from: number, to: number];
  readonly durationMs: number;
  /** Null where there is no counter. */
  readonly grown: Grown | null;
}

type Grown =
  { readonly kind: 'joules'; readonly joules: number } | { readonly kind: 'lost'; readonly reason: string };

/** Reads the counter just before and just after some work, and adds what it grew by to the stretches. */
export async function countDuring<T>(
  found: FoundCounter,
  stretches: EnergyStretch[],
  work: () => Promise<T>,
): Promise<T> {
  const counter = found.kind === 'counter' ? found.counter : null;
  const before = await counter?.read();
  const [from, start] = [Date.now(), performance.now()];
  const result = await work();
  const durationMs = performance.now() - start;
  const after = await counter?.read();
  const grown =
    counter === null || before === undefined || after === undefined
      ? null
      : growth(counter, before, after, durationMs);
  stretches.push({ between: [from, Date.now()], durationMs, grown });
  return result;
}

/** A counter that wraps is asked for stretches in which it cannot have done so twice, at so many watts. */
const MOST_WATTS = 1000;

/**
 * What the counters grew by between two readings. One that wraps begins anew at its range; another that falls was reset,
 * and says nothing of the time before.
 */
export function growth(
  { ranges, by }: Pick<EnergyCounter, 'ranges' | 'by'>,
  before: CounterReading,
  after: CounterReading,
  durationMs: number,
): Grown {
  for (const reading of [before, after]) if (reading.kind === 'lost') return reading;
  const [from, to] = [before, after].map((reading) => (reading.kind === 'read' ? reading.joules : []));
  let joules = 0;
  for (const [i, range] of ranges.entries()) {
    const [start, end] = [from[i] ?? Number.NaN, to[i] ?? Number.NaN];
    if (!(start >= 0 && end >= 0)) return { kind: 'lost', reason: `the ${by} counter tells no figure` };
    if (range !== null && (durationMs / 1000) * MOST_WATTS >= range)
      return { kind: 'lost', reason: `the ${by} counter may have begun anew more than once in one turn` };
    if (end < start && range === null)
      return { kind: 'lost', reason: `the ${by} counter went backwards: it was reset` };
    joules += end - start + (end < start && range !== null ? range : 0);
  }
  return { kind: 'joules', joules };
}
