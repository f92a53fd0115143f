import type { EnergyRecord } from '../../../schema/energy.js';
import { readingsOf } from '../devices/card-watch.js';
import type { GpuReading } from '../devices/nvidia-watch.js';
import type { EnergyCounter, EnergyStretch, FoundCounter } from './counter.js';

interface EnergyEvidence {
  readonly found: FoundCounter;
  /** Of the recorded predictions of one model. */
  readonly stretches: readonly EnergyStretch[];
  /** While nothing of ours ran. */
  readonly idle: readonly EnergyStretch[];
  /** Of the card; none of a processor. */
  readonly readings: readonly GpuReading[];
}

/** A stretch is to be so many times as long as what the counter may be behind. */
const LEAST_UPDATES = 2;
/** Of the time, so much lies in stretches with a reading of the power, where there is no counter. */
const READ_SHARE = 0.9;

/**
 * The energy of a device while one model was recorded. By its counter; without one, by the power that was read meanwhile. A counter that
 * is there and tells nonsense is not replaced by anything: then the energy is not known.
 */
export function energyOver({ found, stretches, idle, readings }: EnergyEvidence): EnergyRecord {
  const durationMs = timeOf(stretches);
  const notKnown = (reason: string): EnergyRecord => ({ kind: 'not known', reason });
  if (durationMs === 0) return notKnown('nothing was recorded');
  if (found.kind === 'none') {
    const watts = meanPower(stretches, readings);
    return watts === null
      ? notKnown(found.reason)
      : {
          kind: 'measured',
          by: 'power-samples',
          of: 'the card',
          joules: (watts * durationMs) / 1000,
          durationMs,
          idleW: meanPower(idle, readings),
        };
  }
  const { counter } = found;
  const counted = joulesOver(counter, stretches);
  if (counted.kind === 'lost') return notKnown(counted.reason);
  const idleJoules = joulesOver(counter, idle);
  const { joules } = counted;
  return {
    kind: 'measured',
    by: counter.by,
    of: counter.of,
    joules,
    durationMs,
    idleW: idleJoules.kind === 'lost' ? null : (1000 * idleJoules.joules) / timeOf(idle),
  };
}

/** What a counter grew by over stretches, if that can be believed. */
function joulesOver(
  { by, everyMs, mostW }: EnergyCounter,
  stretches: readonly EnergyStretch[],
): NonNullable<EnergyStretch['grown']> {
  const lost = (reason: string): { kind: 'lost'; reason: string } => ({ kind: 'lost', reason });
  const durationMs = timeOf(stretches);
  if (durationMs < LEAST_UPDATES * everyMs * stretches.length || stretches.length === 0)
    return lost(
      `turns of ${(durationMs / Math.max(1, stretches.length)).toFixed(0)} ms are too short for it`,
    );
  let joules = 0;
  for (const { grown } of stretches) {
    if (grown === null) return lost('it was not read');
    if (grown.kind === 'lost') return grown;
    joules += grown.joules;
  }
  if (joules === 0) return lost(`the ${by} counter stood still`);
  const watts = (1000 * joules) / durationMs;
  if (mostW !== null && watts > mostW)
    return lost(`the ${by} counter tells ${watts.toFixed(0)} W, more than twice what the card is limited to`);
  return { kind: 'joules', joules };
}

function timeOf(stretches: readonly EnergyStretch[]): number {
  return stretches.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** Over stretches, each by its own readings; those without any by the others. Null where too few have some. */
function meanPower(stretches: readonly EnergyStretch[], readings: readonly GpuReading[]): number | null {
  let [energy, readMs] = [0, 0];
  for (const { between, durationMs } of stretches) {
    const watts = readingsOf([between], readings).flatMap(({ powerW }) => powerW ?? []);
    if (watts.length === 0) continue;
    energy += (watts.reduce((sum, one) => sum + one, 0) / watts.length) * durationMs;
    readMs += durationMs;
  }
  return readMs === 0 || readMs < READ_SHARE * timeOf(stretches) ? null : energy / readMs;
}
