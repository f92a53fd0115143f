import { endsAll } from '../../../core/cancelled.js';
import type { startChild } from '../child-process.js';
import { countDuring, type EnergyStretch, type FoundCounter } from '../energy/counter.js';
import type { DecodedImage, LoadMessage, MeasuredMessage, TimedImage } from '../child/messages.js';
import type { PhaseTimes } from '../../phases.js';
import { createWatch, type Conditions, type Watch } from '../seal/conditions.js';
import { type MachineFiles, THIS_MACHINE } from '../seal/machine-files.js';
import { imageOrder, type Passes, planPasses, type SamplingPlan, turns } from './passes.js';
import { startTimedProcess, type TimedProcess } from './timed-process.js';
import { medianMs } from './windows.js';
import { warmUp, type WarmUp, type WarmUpPlan } from './warm-up.js';

/** A model to time, and the images to time it on. */
export interface TimedModel {
  readonly name: string;
  /** How ONNX Runtime loads it; null for what it does not run, of which nobody can tell where it computes. */
  readonly load: LoadMessage | null;
  readonly images: readonly TimedImage[];
  /** Starts what is timed, where that is not a process of ours that loads it and times its phases. */
  start?(signal: AbortSignal): Promise<TimedProcess>;
}

/** What the timing pass is about to do. */
interface TimingProgress {
  /** Timed predictions of all models. */
  readonly done: number;
  /** Undefined until every model is warm: how many there will be depends on how long one takes. */
  readonly total: number | undefined;
  readonly model: string;
  readonly doing: string;
}

export interface TogetherRequest {
  /** Whose processes live at the same time and take turns; one at a time computes. */
  readonly models: readonly TimedModel[];
  readonly warmUp: WarmUpPlan;
  readonly sampling: SamplingPlan;
  /** Which dataset an image belongs to: every dataset gets enough samples. */
  datasetOf(key: string): string;
  readonly signal: AbortSignal;
  readonly files?: MachineFiles;
  /** Other processes of ours that live meanwhile: their processor time is ours. */
  readonly helpers?: readonly number[];
  /** Of the device's energy: read before and after every recorded block. */
  readonly energy?: FoundCounter;
  readonly start?: typeof startChild;
  /** Called while nothing is measured. */
  onProgress?(progress: TimingProgress): void;
  /** Called while the model's process lives and is warm, e.g. to ask the driver for its memory. */
  onWarm?(name: string, pid: number | undefined): Promise<void>;
}

/** What was measured of one model in one process. */
export interface Series {
  readonly name: string;
  readonly pid: number | undefined;
  readonly loadMs: number;
  readonly images: readonly DecodedImage[];
  readonly warmUp: WarmUp;
  readonly samples: readonly SeriesSample[];
  /** Of the recorded blocks alone. */
  readonly conditions: Conditions;
  /** Of inferences in a bare loop, between the blocks; none for a model that is slow (see `ALONE_BELOW_MS`). */
  readonly aloneMs: readonly number[];
  /** Processor time of the process in the recorded blocks, milliseconds. */
  readonly cpuMs: number;
  /** Times that its threads had to make way for others in the recorded blocks. */
  readonly involuntarySwitches: number;
  readonly peakRssBytes: number | null;
  /** What an inference copies to the device and back. */
  readonly copies: MeasuredMessage['copies'];
  /** When its turns began and ended, bare loops included, by the calendar's clock in milliseconds. */
  readonly turns: readonly (readonly [from: number, to: number])[];
  /** What the device used in the recorded blocks, one after another. */
  readonly energy: readonly EnergyStretch[];
}

export interface SeriesSample {
  readonly key: string;
  /** Which pass over all images, from 0. */
  readonly pass: number;
  /** Which of the model's turns, from 0. */
  readonly turn: number;
  /** Milliseconds since the first recorded block of any model began. */
  readonly atMs: number;
  readonly cpuMs: number;
  readonly phases: PhaseTimes;
}

export type SeriesOutcome =
  | { readonly kind: 'timed'; readonly series: Series }
  | { readonly kind: 'failed'; readonly name: string; readonly error: unknown };

/**
 * Times several models side by side: every one in a process of its own that loads, warms up and then waits for its
 * turns, so that whatever the machine does over time happens to all of them. A model that fails leaves the others alone.
 *
 * @throws MaskbenchError `cancelled`, or `device.unavailable`, which no other model would fare better with.
 */
export async function timeTogether(request: TogetherRequest): Promise<readonly SeriesOutcome[]> {
  const live: TimedProcess[] = [];
  const pids = (): readonly number[] => [
    ...new Set([...(request.helpers ?? []), ...live.flatMap((process) => process.pids())]),
  ];
  const outcomes = new Map<string, SeriesOutcome>();
  const attempt = async <T>(name: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (endsAll(error) || request.signal.aborted) throw error;
      outcomes.set(name, { kind: 'failed', name, error });
      return undefined;
    }
  };
  try {
    const runs: ModelRun[] = [];
    for (const model of request.models) {
      const run = await attempt(model.name, () => prepare(request, model, live, pids));
      if (run !== undefined) runs.push(run);
    }
    const total = runs.reduce((sum, { passes, images }) => sum + passes.count * images.length, 0);
    let done = 0;
    const begin = performance.now();
    const rounds = runs.map(({ passes }) => Math.ceil(passes.count / passes.perBlock));
    for (const index of turns(rounds)) {
      const run = runs[index];
      const { name } = run.model;
      if (outcomes.has(name)) continue;
      const doing = `round ${run.blocks.length + 1} of ${rounds[index]}`;
      request.onProgress?.({ done, total, model: name, doing });
      done += (await attempt(name, () => runBlock(run, begin, runs.length > 1))) ?? 0;
      request.onProgress?.({ done, total, model: name, doing });
    }
    for (const run of runs) {
      if (!outcomes.has(run.model.name))
        outcomes.set(run.model.name, { kind: 'timed', series: toSeries(run) });
    }
  } finally {
    for (const process of live) await process.stop();
  }
  return request.models.flatMap(({ name }) => outcomes.get(name) ?? []);
}

interface ModelRun {
  readonly model: TimedModel;
  readonly process: TimedProcess;
  readonly images: readonly DecodedImage[];
  readonly warmUp: WarmUp;
  readonly passes: Passes;
  readonly watch: Watch;
  readonly samples: SeriesSample[];
  readonly aloneMs: number[];
  readonly blocks: MeasuredMessage[];
  readonly turnTimes: (readonly [from: number, to: number])[];
  readonly counter: FoundCounter;
  readonly energy: EnergyStretch[];
}

const NOT_COUNTED: FoundCounter = { kind: 'none', reason: 'nobody counted it' };

async function prepare(
  {
    warmUp: plan,
    sampling,
    signal,
    start,
    files = THIS_MACHINE,
    energy = NOT_COUNTED,
    datasetOf,
    onWarm,
    onProgress,
  }: TogetherRequest,
  model: TimedModel,
  live: TimedProcess[],
  pids: () => readonly number[],
): Promise<ModelRun> {
  const tell = (doing: string): void => onProgress?.({ done: 0, total: undefined, model: model.name, doing });
  tell('loads');
  const process = await startModel(model, signal, start);
  live.push(process);
  const images = await process.decode(model.images);
  tell('warms up');
  const warm = await warmUp(process, images.length, plan);
  await onWarm?.(model.name, process.pid);
  const perDataset = new Map<string, number>();
  for (const { key } of images) perDataset.set(datasetOf(key), (perDataset.get(datasetOf(key)) ?? 0) + 1);
  const passes = planPasses(sampling, images.length, Math.min(...perDataset.values()), warm.perImageMs);
  return {
    model,
    process,
    images,
    warmUp: warm,
    passes,
    watch: createWatch(files, pids),
    samples: [],
    aloneMs: [],
    blocks: [],
    turnTimes: [],
    counter: energy,
    energy: [],
  };
}

/** @throws MaskbenchError as `startTimedProcess` does. */
async function startModel(
  { name, load, start: own }: TimedModel,
  signal: AbortSignal,
  start: TogetherRequest['start'],
): Promise<TimedProcess> {
  if (own !== undefined) return own(signal);
  if (load === null) throw new Error(`nothing says how ${name} is started`);
  return startTimedProcess(load, signal, start);
}

/**
 * Between pre- and postprocessing a fast network finds cold caches and sleeping threads, which is what a caller gets, and
 * can be a good part of its time. So it is measured in a bare loop as well; a slow one takes the same either way.
 */
const ALONE_BELOW_MS = 100;
/** Inferences in a row on one image for about so long, of which the first half warms caches and wakes threads. */
const ALONE = { ms: 400, least: 24, most: 400 };

/** Bare loops on the images of a pass in turn, after every block one; nothing of them is recorded as a prediction. */
async function runAlone({ process, images, warmUp: warm, aloneMs, blocks }: ModelRun): Promise<void> {
  const inferenceMs = medianMs(warm.inferenceMs);
  if (!process.hasBareLoop || inferenceMs >= ALONE_BELOW_MS) return;
  const alone = Math.min(Math.max(Math.ceil(ALONE.ms / inferenceMs), ALONE.least), ALONE.most);
  const order = [(blocks.length - 1) % images.length];
  const { samples } = await process.measure({ order, alone });
  for (const sample of samples) aloneMs.push(...(sample.aloneMs ?? []).slice(alone / 2));
}

/** @returns how many predictions were recorded. */
async function runBlock(run: ModelRun, begin: number, settle: boolean): Promise<number> {
  const { process, images, passes, watch, samples, blocks, turnTimes, counter, energy } = run;
  const done = samples.length / images.length;
  const count = Math.min(passes.perBlock, passes.count - done);
  const order = Array.from({ length: count }, (_, i) => imageOrder(images.length, done + i)).flat();
  const from = Date.now();
  // After another model's turn the caches hold its weights: one prediction is not recorded.
  if (settle) await process.measure({ order: [images.length - 1] });
  const atMs = performance.now() - begin;
  const measured = await countDuring(counter, energy, () => watch.during(() => process.measure({ order })));
  blocks.push(measured);
  for (const [i, { image, startMs, cpuMs, phases }] of measured.samples.entries()) {
    const { key, decodeMs } = images[image];
    const pass = done + Math.floor(i / images.length);
    samples.push({
      key,
      pass,
      turn: blocks.length - 1,
      atMs: atMs + startMs,
      cpuMs,
      phases: { decodeMs, ...phases },
    });
  }
  await runAlone(run);
  turnTimes.push([from, Date.now()]);
  return order.length;
}

function toSeries(run: ModelRun): Series {
  const { model, process, images, warmUp: warm, watch, samples, aloneMs, blocks, turnTimes, energy } = run;
  return {
    name: model.name,
    pid: process.pid,
    loadMs: process.loadMs,
    images,
    warmUp: warm,
    samples,
    aloneMs,
    conditions: watch.conditions(),
    cpuMs: blocks.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    involuntarySwitches: blocks.reduce((sum, measured) => sum + measured.involuntarySwitches, 0),
    peakRssBytes: blocks.at(-1)?.peakRssBytes ?? warm.last.peakRssBytes,
    copies: blocks.at(-1)?.copies,
    turns: turnTimes,
    energy,
  };
}
