import { randomUUID } from 'node:crypto';
import type { JsonlWriter } from '../../core/jsonl.js';
import { readMaskTimes } from '../../runners/masks/mask-times.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import type { TimingRecord } from '../../store/records.js';

/** Records the times that came along with masks made elsewhere, of the samples that are timed. */
export async function recordMaskTimes(
  model: string,
  timesPath: string,
  samples: readonly PlannedSample[],
  writer: JsonlWriter,
): Promise<void> {
  const timeOf = await readMaskTimes(timesPath);
  const series = randomUUID();
  for (const sample of samples) {
    const ms = timeOf(sample);
    if (ms === undefined) continue;
    const { dataset, id } = sample;
    const phases = { decodeMs: 0, preprocessMs: 0, inferenceMs: ms, postprocessMs: 0 };
    const record: TimingRecord = { kind: 'sample', series, model, dataset, id, iteration: 0, phases };
    await writer.append(record);
  }
  const unknown = { loadMs: 0, firstInferenceMs: 0, warmup: 0, threads: 0, peakRssBytes: null };
  const record: TimingRecord = { kind: 'model', series, model, ...unknown, measuredElsewhere: true };
  await writer.append(record);
}
