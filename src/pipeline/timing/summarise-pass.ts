import type { GpuConditionsSummary, TimingPassSummary } from '../../schema/timing-summary.js';
import type { GpuReading } from '../../runners/onnx/devices/nvidia-watch.js';
import type { PassRecord } from '../../store/timing-record.js';

/** What a report says of how a model was timed. */
export function summarisePass(
  pass: PassRecord,
  predictions: number,
  readings: readonly GpuReading[],
): TimingPassSummary {
  const { profile, attempt, together, passes, warmUpMs, proof, windows, gpuMemoryBytes, parts } = pass;
  const { durationMs, foreignCpu, steal, pressure, load, clockSources } = pass.during;
  return {
    profile,
    attempt,
    together,
    passes,
    warmUpMs,
    placement: proof,
    windows,
    cpuMsEach: pass.cpuMs / Math.max(1, predictions),
    involuntarySwitchesPerSecond: pass.involuntarySwitches / Math.max(1e-3, durationMs / 1000),
    gpuMemoryBytes,
    conditions: { durationMs, foreignCpu, steal, pressure, load, clockSources, governors: pass.governors },
    gpu: readings.length === 0 ? null : summariseReadings(readings),
    parts,
  };
}

function summariseReadings(readings: readonly GpuReading[]): GpuConditionsSummary {
  const rangeOf = (of: (reading: GpuReading) => number | null): readonly [number, number] | null => {
    const told = readings.flatMap((reading) => of(reading) ?? []);
    return told.length === 0 ? null : [Math.min(...told), Math.max(...told)];
  };
  return {
    readings: readings.length,
    temperatureC: rangeOf(({ temperatureC }) => temperatureC),
    powerW: rangeOf(({ powerW }) => powerW),
    smClockMhz: rangeOf(({ smClockMhz }) => smClockMhz),
    limits: [...new Set(readings.flatMap(({ limits }) => limits.map(({ reason }) => reason)))],
  };
}
