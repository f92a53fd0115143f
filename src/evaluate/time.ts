import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { MaskbenchError } from '../core/errors.js';
import { toFailure } from '../core/failure.js';
import type { ModelPaths } from '../models/ensure-model.js';
import { parseDevice } from '../runners/device.js';
import { timeModel } from '../runners/time-model.js';
import type { EventSink } from './events.js';
import { openJsonl, readJsonl, type JsonlWriter } from './jsonl.js';
import { readMaskTimes } from './mask-times.js';
import type { RunModel, RunSettings } from './manifest.js';
import { plannedSamples } from './plan-reader.js';
import { promptsOf } from './prompts-of.js';
import type { PlannedSample, TimingRecord } from './records.js';
import type { RunFolder } from './run-folder.js';

export interface TimeRequest {
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  readonly modelPaths: ReadonlyMap<string, ModelPaths>;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/**
 * The timing pass: one model after another, each in a process of its own, nothing else of ours running. A model whose
 * timing is complete is not timed again; one that cannot be timed is recorded as failed, and the rest goes on.
 */
export async function time(request: TimeRequest): Promise<void> {
  const { folder, settings, emit, signal } = request;
  const timed = await timedModels(folder);
  const open = settings.models.filter(({ spec }) => !timed.has(spec.name));
  if (open.length === 0) return;
  const samples = await chooseSamples(folder, settings);
  const writer = await openJsonl(folder.timings);
  try {
    for (const model of open) {
      const { name } = model.spec;
      const total = samples.length * settings.time.rounds;
      emit({ kind: 'phase-started', phase: 'time', total, label: name });
      try {
        await timeOne(request, model, samples, writer);
      } catch (error) {
        const fatal =
          error instanceof MaskbenchError && ['cancelled', 'device.unavailable'].includes(error.code);
        if (fatal || signal.aborted) throw error;
        const failure = toFailure(error);
        await writer.append({ kind: 'failed', model: name, failure } satisfies TimingRecord);
        emit({ kind: 'warning', message: `${name} could not be timed: ${failure.message}` });
      }
      emit({ kind: 'phase-ended', phase: 'time' });
    }
  } finally {
    await writer.close();
  }
}

async function timeOne(
  { settings, modelPaths, emit, signal }: TimeRequest,
  { spec }: RunModel,
  samples: readonly PlannedSample[],
  writer: JsonlWriter,
): Promise<void> {
  const paths = modelPaths.get(spec.name) ?? {};
  if (spec.feeding === 'precomputed') {
    await recordMaskTimes(spec.name, paths, samples, writer);
    return;
  }
  const promptOf = await promptsOf(spec, paths);
  const { warmup, rounds } = settings.time;
  const threads = settings.time.threads === 'auto' ? availableParallelism() : settings.time.threads;
  const total = samples.length * rounds;
  let done = 0;
  const timing = await timeModel({
    load: {
      kind: 'load',
      spec,
      paths,
      device: parseDevice(settings.device),
      options: settings.runner,
      threads,
    },
    timing: {
      images: samples.map(({ imagePath, dataset, id }, i) => ({
        key: String(i),
        path: imagePath,
        prompt: promptOf(dataset, id),
      })),
      warmup,
      rounds,
    },
    signal,
    onTimed: () => emit({ kind: 'progress', phase: 'time', done: ++done, total }),
  });
  const series = randomUUID();
  for (const { key, iteration, phases } of timing.samples) {
    const { dataset, id } = samples[Number(key)];
    const record: TimingRecord = { kind: 'sample', series, model: spec.name, dataset, id, iteration, phases };
    await writer.append(record);
  }
  const { loadMs, firstInferenceMs, peakRssBytes } = timing;
  const record: TimingRecord = {
    kind: 'model',
    series,
    model: spec.name,
    loadMs,
    firstInferenceMs,
    warmup,
    threads,
    peakRssBytes,
  };
  await writer.append(record);
}

/** The times that came along with masks made elsewhere, of the samples that are timed; nothing without any. */
async function recordMaskTimes(
  model: string,
  paths: ModelPaths,
  samples: readonly PlannedSample[],
  writer: JsonlWriter,
): Promise<void> {
  if (paths['times'] === undefined) return;
  const timeOf = await readMaskTimes(paths['times']);
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

/** Of every dataset `time.images` samples, spread evenly over its order. */
async function chooseSamples(folder: RunFolder, settings: RunSettings): Promise<readonly PlannedSample[]> {
  const wanted = settings.time.images;
  const counts = new Map(settings.datasets.map(({ name, samples }) => [name, samples]));
  const positions = new Map<string, number>();
  const chosen: PlannedSample[] = [];
  for await (const sample of plannedSamples(folder)) {
    const count = counts.get(sample.dataset) ?? 0;
    const position = positions.get(sample.dataset) ?? 0;
    positions.set(sample.dataset, position + 1);
    const step = Math.max(1, count / wanted);
    // Position k is taken if a multiple of the step falls on it: ceil(count / step) = wanted samples.
    if (Math.ceil(position / step) * step < position + 1) chosen.push(sample);
  }
  return chosen;
}

async function timedModels(folder: RunFolder): Promise<ReadonlySet<string>> {
  const models = new Set<string>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind === 'model') models.add(record.model);
  }
  return models;
}
