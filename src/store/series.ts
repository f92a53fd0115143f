import type { LatencySeries } from '../schema/page-input.js';
import { predictMs } from '../runners/phases.js';
import type { RunFolder } from './run-folder.js';
import { readTimedSeries } from './timed-series.js';
import type { SampleRecord } from './timing-record.js';

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
