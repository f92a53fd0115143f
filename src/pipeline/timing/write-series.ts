import { groupBy } from '../../core/group.js';
import { randomUUID } from 'node:crypto';
import type { GpuReading } from '../../runners/onnx/devices/nvidia-watch.js';
import { predictMs } from '../../runners/phases.js';
import { medianMs } from '../../runners/onnx/timing/windows.js';
import type { Series, SeriesSample } from '../../runners/onnx/timing/time-together.js';
import { tukeyFences } from '../../stats/outliers.js';
import type { DurableLines } from '../../core/durable-lines.js';
import type { SeriesTiming, TimedSample } from '../../runners/runner.js';
import type { TimeScope } from '../../schema/timing-summary.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import type { PassRecord, TimingRecord } from '../../store/timing-record.js';

interface SeriesToWrite {
  readonly series: Series;
  readonly scope: TimeScope;
  readonly threads: number;
  readonly pass: PassRecord;
  readonly readings: readonly GpuReading[];
  /** Which of several kinds of devices; undefined for the first one. */
  readonly device?: string | undefined;
  /** By the key of an image. */
  readonly sampleOf: (key: string) => Pick<PlannedSample, 'dataset' | 'id'>;
}

/** Writes every value that was measured of a model, outliers labelled, and last what makes the series complete. */
export async function writeSeries(writer: DurableLines, request: SeriesToWrite): Promise<void> {
  const { series: measured, scope, threads, pass, readings, sampleOf, device } = request;
  const { name: model, warmUp, samples, aloneMs, loadMs, peakRssBytes } = measured;
  const series = randomUUID();
  const write = (record: TimingRecord): Promise<void> => writer.append(record);
  await write({ kind: 'warm-up', series, model, scope, inferenceMs: warmUp.inferenceMs });
  for (const reading of readings) await write({ kind: 'gpu', series, ...reading });
  const outliers = findOutliers(samples, (key) => sampleOf(key).dataset);
  for (const sample of samples) {
    const { dataset, id } = sampleOf(sample.key);
    const { pass: iteration, turn, phases, atMs, cpuMs } = sample;
    const label = outliers.has(sample) ? { outlier: true as const } : {};
    const when = { iteration, turn, phases, atMs, cpuMs };
    await write({ kind: 'sample', series, model, scope, dataset, id, ...when, ...label });
  }
  const [firstInferenceMs = Number.NaN] = warmUp.inferenceMs;
  const warmup = warmUp.inferenceMs.length;
  await write({
    kind: 'model',
    series,
    model,
    scope,
    loadMs,
    firstInferenceMs,
    warmup,
    threads,
    peakRssBytes,
    ...(aloneMs.length === 0 ? {} : { inferenceAloneMs: aloneMs }),
    ...(device === undefined ? {} : { device }),
    pass,
  });
  // Before anything else is measured: nothing of ours is to run beside it.
  await writer.flush();
}

/** Writes the times that a runner has by itself. */
export async function writeOwnSeries(
  writer: DurableLines,
  model: string,
  samples: AsyncIterable<TimedSample>,
  { scope, measuredElsewhere }: Pick<SeriesTiming, 'scope' | 'measuredElsewhere'>,
): Promise<void> {
  const series = randomUUID();
  const write = (record: TimingRecord): Promise<void> => writer.append(record);
  for await (const { sample, iteration, phases } of samples) {
    const { dataset, id } = sample;
    await write({ kind: 'sample', series, model, scope, dataset, id, iteration, phases });
  }
  const unknown = { loadMs: 0, firstInferenceMs: 0, warmup: 0, threads: 0, peakRssBytes: null };
  await write({
    kind: 'model',
    series,
    model,
    scope,
    ...unknown,
    ...(measuredElsewhere ? { measuredElsewhere } : {}),
  });
}

/**
 * Predictions beyond Tukey's fences among those of their dataset. Large images take longer for good reasons: what is
 * looked at is each prediction over the median of its image.
 */
export function findOutliers(
  samples: readonly SeriesSample[],
  datasetOf: (key: string) => string,
): ReadonlySet<SeriesSample> {
  const ofImage = groupBy(samples, ({ key }) => key);
  const medians = new Map(
    [...ofImage].map(([key, own]) => [key, medianMs(own.map(({ phases }) => predictMs(phases)))]),
  );
  const ratio = ({ key, phases }: SeriesSample): number => predictMs(phases) / (medians.get(key) ?? 1);
  const found = new Set<SeriesSample>();
  for (const own of groupBy(samples, ({ key }) => datasetOf(key)).values()) {
    const { lower, upper } = tukeyFences(own.map(ratio));
    for (const sample of own) if (ratio(sample) < lower || ratio(sample) > upper) found.add(sample);
  }
  return found;
}
