import { MaskbenchError } from '../../../core/errors.js';
import { leadDevice } from '../../../runners/devices.js';
import { readyOnnxDevice } from '../../../runners/onnx/engine/ready-device.js';
import { runnerOf } from '../../../runners/runner-of.js';
import type { TimedModel } from '../../../runners/onnx/timing/time-together.js';
import type { PlannedSample } from '../../../schema/planned-sample.js';
import { readManifest, runFolder } from '../../../store/run-folder.js';
import { timedThreads } from '../../../pipeline/timing/timed-models.js';
import { chooseSamples } from '../../../pipeline/timing/choose-samples.js';
import type { TimePair } from '../check.js';
import type { Measure } from './measure.js';
import type { ModelPair } from '../../compare/pair-models.js';
import { createProcessTimer, type Which } from './time-process.js';
import { MODELS_FOLDER } from '../../../runners/load-spec.js';
import type { LoadedSpec, PassTiming, ReadyModel } from '../../../runners/runner.js';
import type { SideModel } from '../../compare/side.js';

interface TimePairOptions {
  /** The candidate's run folder: its pictures are the ones that are timed. */
  readonly run: string;
  readonly measure: Measure;
  /** Where the two model files are, if the specs do not say. */
  readonly files: { readonly baseline?: string | undefined; readonly candidate?: string | undefined };
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  onProcess?(pair: ModelPair, done: number, total: number): void;
}

/**
 * Prepares pairs of models for a measurement on this machine, under the settings of the candidate's run.
 *
 * @throws MaskbenchError `data.missing` for a model or a run that is not here, `device.unavailable`, `usage` for models
 * that are not run by one network.
 */
export async function createTimePair(options: TimePairOptions): Promise<TimePair> {
  const { measure, signal } = options;
  const folder = runFolder(options.run);
  const { settings } = await readManifest(folder);
  const device = leadDevice(settings.device);
  await readyOnnxDevice(device, { env: options.env, signal });
  const imagesThere = settings.datasets.reduce((sum, { samples }) => sum + samples, 0);
  const perDataset = Math.ceil(measure.images / settings.datasets.length);
  const samples = inTurn(await chooseSamples(folder, settings.datasets, perDataset)).slice(0, measure.images);
  return async (pair) => {
    const timings = { baseline: passTimingOf(pair.baseline), candidate: passTimingOf(pair.candidate) };
    const scope = timings.baseline.scopes.find(
      (one) => timings.candidate.scopes.includes(one) && (measure.scope ?? one) === one,
    );
    if (scope === undefined) {
      throw new MaskbenchError(
        'usage',
        `${pair.baseline.name} and ${pair.candidate.name} have no times of ${measure.scope === undefined ? 'one scope' : `the scope ${measure.scope}`}`,
        {
          remedy: 'leave out --remeasure',
        },
      );
    }
    const describe = async (side: Which): Promise<TimedModel> => {
      const time = timings[side];
      const model = await locateModel(pair[side], { ...options, file: options.files[side] });
      return time.timed(model, {
        samples,
        device,
        options: settings.runner,
        threads: timedThreads(settings),
        scope,
      });
    };
    const models = { baseline: await describe('baseline'), candidate: await describe('candidate') };
    return {
      scope,
      timer: await createProcessTimer({
        models,
        device,
        measure,
        // an image's key is its position
        imageOf: (key) => `${samples[Number(key)].dataset}/${samples[Number(key)].id}`,
        imagesThere,
        signal,
      }),
      onProcess: (done, total) => options.onProcess?.(pair, done, total),
    };
  };
}

/** @throws MaskbenchError `usage` for a model that cannot be timed here. */
function passTimingOf({ name, spec }: SideModel): PassTiming {
  const { time, title } = runnerOf(spec);
  if (time?.kind === 'pass') return time;
  throw new MaskbenchError('usage', `${name} is ${title}; there is nothing to time`, {
    remedy: 'leave out --remeasure',
  });
}

/** The first of every dataset, then the second of every dataset, and so on. */
function inTurn(samples: readonly PlannedSample[]): readonly PlannedSample[] {
  const seen = new Map<string, number>();
  const placed = samples.map((sample) => {
    const place = seen.get(sample.dataset) ?? 0;
    seen.set(sample.dataset, place + 1);
    return { sample, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ sample }) => sample);
}

interface LocateOptions extends Pick<TimePairOptions, 'cwd' | 'env' | 'signal'> {
  /** Where the user says that the model's one file is. */
  readonly file?: string | undefined;
}

/**
 * The files of a model that was evaluated, found again on this machine: where the user says, in the cache, or where the
 * spec says, relative to the working directory or to the specs that come with Maskbench. Only the very bytes that were
 * evaluated will do. Nothing is downloaded.
 *
 * @throws MaskbenchError `data.missing` when they are nowhere, `source.checksum` when the user's file is another.
 */
async function locateModel(model: SideModel, options: LocateOptions): Promise<ReadyModel> {
  const { file, cwd, env, signal } = options;
  const ensure = (loaded: LoadedSpec): Promise<ReadyModel> =>
    runnerOf(model.spec).ensure(loaded, { offline: true, env, signal });
  if (file !== undefined) {
    const files = { model: [{ kind: 'file' as const, path: file }] };
    const hasOne = Object.keys(model.spec.files ?? {}).join() === 'model';
    const ensured = hasOne ? await ensure({ spec: { ...model.spec, files }, folder: cwd }) : undefined;
    if (ensured?.sha256 === model.sha256) return ensured;
    throw new MaskbenchError('source.checksum', `not the file that ${model.name} was evaluated with`, {
      where: file,
      remedy: `expected sha256 ${model.sha256}`,
    });
  }
  for (const folder of [cwd, MODELS_FOLDER]) {
    const ensured = await ensure({ spec: model.spec, folder }).catch((error: unknown) => {
      if (error instanceof MaskbenchError && error.code !== 'cancelled') return undefined;
      throw error;
    });
    if (ensured?.sha256 === model.sha256) return ensured;
  }
  throw new MaskbenchError(
    'data.missing',
    `the file of model ${model.name} (sha256 ${model.sha256.slice(0, 12)}...) is not on this machine`,
    { remedy: 'fetch it with "maskbench models pull", or name it with --file-a or --file-b' },
  );
}
