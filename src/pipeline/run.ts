import { availableParallelism } from 'node:os';
import { MaskbenchError } from '../core/errors.js';
import { isDiskFull } from '../core/failure.js';
import type { Summary } from '../schema/summary.js';
import type { Dataset } from '../datasets/load.js';
import { formatDevice, parseDevice } from '../runners/device.js';
import { assertDeviceAvailable } from '../runners/onnx/ort-session.js';
import { runnerOf } from '../runners/runner-of.js';
import type { ReadyModel } from '../runners/runner.js';
import type { RunConfig } from '../store/config.js';
import type { EventSink } from '../schema/events.js';
import { assertSameCard, describeHardware } from '../store/hardware.js';
import { lockRun } from '../store/lock.js';
import { createManifest, type Manifest } from '../store/manifest.js';
import { makePlan } from './plan.js';
import { MODEL_FAILURES, predict } from './predict.js';
import { canonicalJson } from '../core/hash.js';
import { metricsOf } from '../metrics/registry.js';
import { openCells } from '../store/cells.js';
import {
  assertSameSettings,
  enterRunFolder,
  readManifest,
  recordMetrics,
  recordReadings,
  removeRemains,
  runFolder,
  writeJson,
  type RunFolder,
} from '../store/run-folder.js';
import { runScenarios } from './scenarios/run-scenarios.js';
import { endScoreThreads } from '../scoring/score-pool.js';
import { openScorer, scoreRemaining } from './score.js';
import { time } from './time.js';
import { writeSummary } from './summarise.js';

export interface RunRequest {
  readonly config: RunConfig;
  readonly models: readonly ReadyModel[];
  readonly datasets: readonly Dataset[];
  readonly shard: readonly [number, number] | null;
  readonly out: string;
  readonly resume: boolean;
  readonly phases: { readonly predict: boolean; readonly score: boolean; readonly time: boolean };
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/**
 * Plans, predicts, scores, times and summarises, as far as `phases` asks for it. Everything done is on disk at once, so
 * that a run that ends early, in whatever way, is continued with `resume`.
 *
 * @throws MaskbenchError when the run cannot start or go on; single cells that fail are in the summary.
 */
export async function run(request: RunRequest): Promise<Summary> {
  const folder = runFolder(request.out);
  try {
    return await runIn(folder, request);
  } catch (error) {
    throw explainWriteError(error, folder.path);
  }
}

async function runIn(folder: RunFolder, request: RunRequest): Promise<Summary> {
  const { config, models, datasets, shard, phases, emit, signal } = request;
  const device = parseDevice(config.device);
  assertDeviceAvailable(device);
  await enterRunFolder(folder, request.resume);
  const lock = await lockRun(folder.path);
  try {
    // Once more under the lock: another process may have been here in between.
    const exists = await enterRunFolder(folder, request.resume);
    await removeRemains(folder.path);
    if (phases.predict && !exists) await tryModels(request);
    const basis = { device: formatDevice(device), runner: config.runner };
    const limit = config.limit ?? null;
    const allDatasets = datasets.length === config.datasets.length;
    const wanted = { folder, datasets, allDatasets, models, basis, limit, shard, emit, signal };
    const plan = await makePlan(wanted);
    const { runner, scoring, time: timing } = config;
    const settings = {
      models: models.map(({ spec, sha256, bytes }) => ({ spec, sha256, bytes })),
      datasets: plan.datasets,
      device: basis.device,
      runner,
      scoring,
      time: timing,
      limit,
      shard,
    };
    const hardware = await describeHardware(device);
    const more = { hardware, ...(config.price === undefined ? {} : { price: config.price }) };
    const manifest = await settle(folder, createManifest(config.name, settings, more), exists).catch(
      async (error: unknown) => {
        await plan.discard();
        throw error;
      },
    );
    await plan.accept();
    await work(request, folder, manifest);
    const summary = await writeSummary(folder, await readManifest(folder));
    for (const { model, message } of summary.warnings ?? [])
      emit({ kind: 'warning', message: `${model}: ${message}` });
    return summary;
  } finally {
    await lock.release();
  }
}

/** A spec that its model contradicts ends the run before it begins; a model that fails otherwise fails by itself, later. */
async function tryModels({ config, models, signal }: RunRequest): Promise<void> {
  const [device, threads] = [parseDevice(config.device), availableParallelism()];
  for (const model of models) {
    const request = { device, options: config.runner, threads, onlyInDoubt: true, signal };
    try {
      await runnerOf(model.spec).tryOut?.(model, request);
    } catch (error) {
      const ends = !(error instanceof MaskbenchError) || !MODEL_FAILURES.has(error.code);
      if (ends || error.code === 'model.signature') throw error;
    }
  }
}

async function settle(folder: RunFolder, wanted: Manifest, exists: boolean): Promise<Manifest> {
  if (!exists) {
    await writeJson(folder.manifest, wanted);
    return wanted;
  }
  const existing = await readManifest(folder);
  assertSameSettings(existing, wanted, folder.path);
  assertSameCard(existing.hardware, wanted.hardware, folder.path);
  const { datasets } = wanted.settings;
  if (canonicalJson(existing.settings.datasets) === canonicalJson(datasets)) return existing;
  await recordReadings(folder, existing.settings.datasets, datasets);
  return { ...existing, settings: { ...existing.settings, datasets } };
}

async function work(request: RunRequest, folder: RunFolder, manifest: Manifest): Promise<void> {
  const { settings } = manifest;
  const { config, models, phases, emit, signal } = request;
  if (phases.predict || phases.score) await predictAndScore(request, folder, manifest);
  if (!phases.time) return;
  await endScoreThreads();
  const { allowFallback, scenarios } = config;
  await time({ folder, settings, models, allowFallback, emit, signal });
  await runScenarios({ folder, settings, models, scenarios, emit, signal });
}

async function predictAndScore(
  { config, models, phases, emit: tell, signal }: RunRequest,
  folder: RunFolder,
  { settings, metrics }: Manifest,
): Promise<void> {
  const mismatches = countMismatches(tell);
  const { emit } = mismatches;
  const whole = metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id);
  const cells = await openCells(folder, settings, { whole, mattes: true });
  const scorer = phases.score ? await openScorer(folder, settings, cells, emit) : undefined;
  try {
    if (phases.predict) {
      await predict({
        folder,
        settings,
        accuracy: config.accuracy,
        allowFallback: config.allowFallback,
        models,
        cells,
        emit,
        signal,
        onSampleEnded: async (sample) => scorer?.offer(sample),
      });
      // An inference process that died in the middle of a file.
      await removeRemains(folder.path);
    }
    if (scorer !== undefined) await scoreRemaining(folder, scorer, emit, signal);
  } finally {
    await scorer?.close();
  }
  mismatches.warn(settings.scoring.resize);
  // Not before all are computed: until then readers show what every score holds.
  if (phases.score && canonicalJson(metrics ?? []) !== canonicalJson(whole))
    await recordMetrics(folder, whole);
}

/** Counts the samples whose ground truth and mattes differ in size, so that a run says what mends all of them. */
function countMismatches(emit: EventSink): { readonly emit: EventSink; warn(resized: boolean): void } {
  const samples = new Set<string>();
  return {
    emit(event) {
      if (event.kind === 'cell-failed' && event.failure.code === 'data.size-mismatch')
        samples.add(`${event.dataset}/${event.id}`);
      emit(event);
    },
    warn(resized) {
      const what = `${samples.size} ${samples.size === 1 ? 'image has a mask' : 'images have masks'} of another size`;
      // The picture of a ground truth, for cut-outs, is never resized.
      const remedy = resized ? '' : '; --resize brings mattes to the size of their ground truths';
      if (samples.size > 0) emit({ kind: 'warning', message: `${what}${remedy}` });
    },
  };
}

const NOT_WRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/** An error of writing to a run folder as what the user can do about it; any other error unchanged. */
export function explainWriteError(error: unknown, folder: string): unknown {
  if (isDiskFull(error) || (error instanceof MaskbenchError && error.code === 'disk.full')) {
    return new MaskbenchError('disk.full', 'no space left on the disk of the run', {
      where: folder,
      remedy: 'make room there, then continue with --resume',
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!NOT_WRITABLE.has(code)) return error;
  return new MaskbenchError('usage', `the run folder cannot be written to (${code})`, {
    where: folder,
    remedy: 'choose another folder with --out',
    cause: error,
  });
}
