import type { LatencySeries } from '../schema/page-input.js';
import { predictMs } from '../runners/phases.js';
import { readJsonl } from '../core/jsonl.js';
import type { TimingRecord } from './records.js';
import type { RunFolder } from './run-folder.js';
import type { ModelRecord, SampleRecord } from './timing-record.js';

/** The raw times of every model's last complete series, in the order of the file. */
export async function readSeries({ timings }: RunFolder): Promise<readonly LatencySeries[]> {
  const complete = new Map<string, ModelRecord>();
  for await (const record of readJsonl<TimingRecord>(timings)) {
    if (record.kind === 'model') complete.set(record.model, record);
  }
  const open = new Map([...complete].map(([model]) => [model, [] as SampleRecord[]]));
  for await (const record of readJsonl<TimingRecord>(timings)) {
    if (record.kind === 'sample' && complete.get(record.model)?.series === record.series) {
      open.get(record.model)?.push(record);
    }
  }
  return [...open].flatMap(([model, samples]) =>
    samples.length === 0 ? [] : [toSeries(model, samples, complete.get(model)?.pass?.windows ?? [])],
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
