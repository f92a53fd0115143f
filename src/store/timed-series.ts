import { readRecords, type RunFolder } from './run-folder.js';
import { serviceSeries } from './service-calls.js';
import type { GpuRecord, ModelRecord, SampleRecord } from './timing-record.js';
import type { ServiceSummary } from '../schema/service-summary.js';
import type { LatencySeries } from '../schema/page-input.js';
import { scopeOf, type TimeScope } from '../schema/timing-summary.js';
import { predictMs } from '../runners/phases.js';

/** A series that is complete: its process, and what was recorded in it, in order. */
export interface TimedSeries {
  readonly model: ModelRecord;
  readonly samples: readonly SampleRecord[];
  /** What the card told, once per second. */
  readonly readings: readonly GpuRecord[];
  /** Of a service: what its answers say of it, by header. */
  readonly told?: ServiceSummary['told'];
}

/**
 * The last complete series of every model and scope, in the order of the file, then those of services. Read line by line; few images are timed.
 *
 * @param device of several kinds of devices one; by default the first
 */
export async function readTimedSeries(folder: RunFolder, device?: string): Promise<readonly TimedSeries[]> {
  const open = new Map<string, { samples: SampleRecord[]; readings: GpuRecord[] }>();
  const models = await completeSeries(folder, device);
  for (const { series } of models) open.set(series, { samples: [], readings: [] });
  for await (const record of readRecords(folder, 'timings')) {
    if (record.kind === 'sample') open.get(record.series)?.samples.push(record);
    if (record.kind === 'gpu') open.get(record.series)?.readings.push(record);
  }
  return [
    ...models.map((model) => ({ model, ...(open.get(model.series) ?? { samples: [], readings: [] }) })),
    // No device of the run has made them.
    ...(device === undefined ? await serviceSeries(folder) : []),
  ];
}

/** By model and scope, the line that makes its last series complete, on one kind of device (`readTimedSeries`). */
export async function completeSeries(folder: RunFolder, device?: string): Promise<readonly ModelRecord[]> {
  const models = new Map<string, ModelRecord>();
  for await (const record of readRecords(folder, 'timings')) {
    if (record.kind === 'model' && record.device === device)
      models.set(`${scopeOf(record)} ${record.model}`, record);
  }
  return [...models.values()];
}

/** Whether a model has times in each of these scopes. */
export function isTimed(
  complete: readonly ModelRecord[],
  name: string,
  scopes: readonly TimeScope[],
): boolean {
  return scopes.every((scope) => complete.some((one) => one.model === name && scopeOf(one) === scope));
}

/** The raw times of every model's last complete series of each scope, in the order of the file. */
export async function readSeries(folder: RunFolder): Promise<readonly LatencySeries[]> {
  return (await readTimedSeries(folder)).flatMap(({ model, samples }) =>
    samples.length === 0
      ? []
      : [{ ...toSeries(model.model, samples, model.pass?.windows ?? []), scope: scopeOf(model) }],
  );
}

function toSeries(
  model: string,
  samples: readonly SampleRecord[],
  windows: readonly { readonly n: number }[],
): Omit<LatencySeries, 'scope'> {
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
