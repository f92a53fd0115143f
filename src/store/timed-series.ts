import { readRecords, type RunFolder } from './run-folder.js';
import type { GpuRecord, ModelRecord, SampleRecord } from './timing-record.js';
import type { LatencySeries } from '../schema/page-input.js';
import { predictMs } from '../runners/phases.js';

/** A series that is complete: its process, and what was recorded in it, in order. */
export interface TimedSeries {
  readonly model: ModelRecord;
  readonly samples: readonly SampleRecord[];
  /** What the card told, once per second. */
  readonly readings: readonly GpuRecord[];
}

/**
 * The last complete series of every model, in the order of the file. Read line by line; few images are timed.
 *
 * @param device of several kinds of devices one; by default the first
 */
export async function readTimedSeries(
  folder: RunFolder,
  device?: string,
): Promise<ReadonlyMap<string, TimedSeries>> {
  const open = new Map<string, { samples: SampleRecord[]; readings: GpuRecord[] }>();
  const models = await completeSeries(folder, device);
  for (const { series } of models.values()) open.set(series, { samples: [], readings: [] });
  for await (const record of readRecords(folder, 'timings')) {
    if (record.kind === 'sample') open.get(record.series)?.samples.push(record);
    if (record.kind === 'gpu') open.get(record.series)?.readings.push(record);
  }
  return new Map(
    [...models].map(([name, model]) => [
      name,
      { model, ...(open.get(model.series) ?? { samples: [], readings: [] }) },
    ]),
  );
}

/** By model, the line that makes its last series complete, on one kind of device (`readTimedSeries`). */
export async function completeSeries(
  folder: RunFolder,
  device?: string,
): Promise<ReadonlyMap<string, ModelRecord>> {
  const models = new Map<string, ModelRecord>();
  for await (const record of readRecords(folder, 'timings')) {
    if (record.kind === 'model' && record.device === device) models.set(record.model, record);
  }
  return models;
}

/** The raw times of every model's last complete series, in the order of the file. */
export async function readSeries(folder: RunFolder): Promise<readonly LatencySeries[]> {
  return [...(await readTimedSeries(folder))].flatMap(([name, { model, samples }]) =>
    samples.length === 0 ? [] : [toSeries(name, samples, model.pass?.windows ?? [])],
  );
}

function toSeries(
  model: string,
  samples: readonly SampleRecord[],
  windows: readonly { readonly n: number }[],
): LatencySeries {
  const datasets = [...new Set(samples.map(({ dataset }) => dataset))];
  return {
    model,
    datasets,
    dataset: Uint8Array.from(samples, ({ dataset }) => datasets.indexOf(dataset)),
    ids: samples.map(({ id }) => id),
    atMs: Float64Array.from(samples, ({ atMs }) => atMs ?? Number.NaN),
    predictMs: Float64Array.from(samples, ({ phases }) => predictMs(phases)),
    outlier: Uint8Array.from(samples, ({ outlier }) => (outlier === true ? 1 : 0)),
    windows: windows.map(({ n }) => n),
  };
}
