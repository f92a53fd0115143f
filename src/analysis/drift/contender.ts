import { join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { toError } from '../../core/failure.js';
import type { Sample } from '../../datasets/dataset.js';
import { FRESH_READER } from '../../datasets/file-reader.js';
import { hashSample } from '../../datasets/fingerprint.js';
import type { Dataset } from '../../datasets/load.js';
import { VALUES_FIELDS } from '../../datasets/values/contradiction.js';
import { readChecked } from '../../datasets/values/read-checked.js';
import { createSurvey, orRefuse } from '../../datasets/values/survey.js';
import { decodeMatte } from '../../image/codec.js';
import type { GrayImage } from '../../image/raster.js';
import type { ResampleFilter } from '../../image/resample.js';
import type { OutputTensor } from '../../models/pixels/tensor.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { loadModelSpec } from '../../runners/load-spec.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { MatteJob, Outcome, ReadyModel, Runner } from '../../runners/runner.js';
import type { DriftCandidate } from './parse-candidate.js';

/** A model that is asked for one image after another. */
export interface Contender {
  /** As the user wrote it. */
  readonly label: string;
  /** As the model itself says, where it does. */
  readonly version?: string;
  /** @throws MaskbenchError why there is no matte of this sample, or why there will be none of any other. */
  stagesOf(sample: Sample): Promise<FoundStages>;
  stop(): Promise<void>;
}

/** What a model made of an image: its matte, and of a network what came before it. */
export interface FoundStages {
  readonly matte: GrayImage;
  readonly stages?: { readonly input: OutputTensor; readonly output: OutputTensor };
}

type Opened = Pick<Contender, 'stagesOf' | 'stop'>;

interface ContenderRequest {
  readonly dataset: Pick<Dataset, 'name' | 'entries'>;
  readonly cwd: string;
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

/**
 * A network's process, which shows its stages; of any other model its mattes alone.
 *
 * @param folder of its own, for the files of the current image
 * @throws MaskbenchError for a model that cannot be had, or `usage` for settings that it does not have.
 */
export async function openContender(
  candidate: DriftCandidate,
  folder: string,
  request: ContenderRequest,
): Promise<Contender> {
  const { label, device, threads, options, resample } = candidate;
  const { cwd, offline, signal } = request;
  const loaded = await loadModelSpec(candidate.model, cwd);
  const runner = runnerOf(loaded.spec);
  const ready = { signal, ...(offline ? { offline } : {}) };
  if (runner.stages !== undefined) {
    const network = runner.stages(await runner.ensure(loaded, ready));
    const spec = resample === undefined ? network.spec : resampled(network.spec, resample);
    const session = await network.open({ spec, device, options, threads, folder });
    const stagesOf = async (sample: Sample): Promise<FoundStages> => {
      const { matte, ...stages } = await session.stagesOf(sample);
      return { matte, stages };
    };
    return { label, stagesOf, stop: () => session.stop() };
  }
  assertAlone(candidate, runner);
  const model = await runner.ensure(loaded, ready);
  const { version } = model;
  const opened =
    (await masksOf(runner, model, request)) ?? (await openSession(runner, model, folder, candidate, signal));
  return { label, ...(version === undefined ? {} : { version }), ...opened };
}

/** @throws MaskbenchError `usage` for settings that are those of networks. */
export function assertAlone({ label, model }: DriftCandidate, { title }: Pick<Runner, 'title'>): void {
  if (label === model) return;
  throw new MaskbenchError('usage', `${model} is ${title}: nothing of it is set here`, {
    where: label,
    remedy: 'device, threads, graph and resample are those of networks; name it alone',
  });
}

function resampled(spec: NetworkSpec, resample: ResampleFilter): NetworkSpec {
  switch (spec.feeding) {
    case 'matte':
      return { ...spec, input: { ...spec.input, resample }, output: { ...spec.output, resample } };
    case 'classes':
      return { ...spec, input: { ...spec.input, resample }, output: { ...spec.output, resample } };
    case 'sam':
      throw new MaskbenchError('usage', 'SAM pictures are warped, not resampled', {
        where: spec.name,
        remedy: 'put another input.warp into a spec that extends it',
      });
  }
}

/** Masks that were made elsewhere, read as a run would: what their values mean is decided for the whole dataset. */
async function masksOf(
  runner: Runner,
  model: ReadyModel,
  { dataset, signal }: ContenderRequest,
): Promise<Opened | undefined> {
  const masks = runner.masks?.(model);
  if (masks === undefined) return undefined;
  const field = VALUES_FIELDS.masks;
  const survey = createSurvey({ role: 'prediction', field, wanted: masks.values });
  for await (const entry of dataset.entries()) {
    if (entry.kind === 'problem') continue;
    const { sample } = entry;
    const look = async (): Promise<void> => {
      const path = masks.pathOf(sample);
      survey.add(sample.id, path, await FRESH_READER.mask(path));
    };
    // Whoever asks for this one hears why it cannot be read.
    await look().catch(() => undefined);
  }
  const { reading } = orRefuse(await survey.decide(signal), `${model.spec.name} on ${dataset.name}`);
  return {
    stagesOf: async (sample) => ({
      matte: await readChecked(masks.pathOf(sample), { reading, role: 'prediction', field }),
    }),
    stop: async () => undefined,
  };
}

/** The session of a run, which is handed one job after another. */
async function openSession(
  runner: Runner,
  model: ReadyModel,
  folder: string,
  { device, options }: DriftCandidate,
  signal: AbortSignal,
): Promise<Opened> {
  const session = await runner.open(model, {
    device,
    options,
    devices: 1,
    parallelism: { processes: 1, threads: 1, feeders: 1, batch: 1 },
    samples: 1,
    allowFallback: false,
    readings: new Map(),
    emit: () => undefined,
    signal,
  });
  const jobs = handedOver<MatteJob>();
  let answer: ((outcome: Outcome) => void) | undefined;
  const ended = session
    .predict(jobs, async (_job, outcome) => answer?.(outcome))
    .then((): never => {
      throw new MaskbenchError('runner.crashed', `${model.spec.name} gives no more mattes`);
    });
  ended.catch(() => undefined);
  const mattePath = join(folder, 'matte.png');
  return {
    async stagesOf(sample) {
      const { hash } = await hashSample(sample);
      const outcome = new Promise<Outcome>((resolve) => (answer = resolve));
      jobs.give({ sample: { kind: 'sample', ...sample, ...hash, cells: {} }, mattePath });
      const found = await Promise.race([outcome, ended]);
      if (found.kind !== 'done') throw toError(found.failure);
      return { matte: await decodeMatte(mattePath) };
    },
    async stop() {
      jobs.give(undefined);
      await ended.catch(() => undefined);
      await session.close();
    },
  };
}

/** What is given, one by one, until that is undefined. */
function handedOver<T>(): AsyncIterable<T> & { give(item: T | undefined): void } {
  const given: (T | undefined)[] = [];
  let wake: (() => void) | undefined;
  return {
    give(item) {
      given.push(item);
      wake?.();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (given.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const item = given.shift();
        if (item === undefined) return;
        yield item;
      }
    },
  };
}
