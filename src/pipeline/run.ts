import type { EventSink } from '../schema/events.js';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { MaskbenchError } from '../core/errors.js';
import type { Summary } from '../schema/summary.js';
import type { DeviceRequest } from '../runners/device.js';
import { formatDevices, resolveDevices } from '../runners/devices.js';
import { readyDevices, runnerOf } from '../runners/runner-of.js';
import { assertOptionsFit } from '../runners/onnx/session-options.js';
import type { ReadyModel } from '../runners/runner.js';
import { removeEmptyFolders, removeRemains } from '../store/remains.js';
import { readSummary } from '../store/read-summary.js';
import { evidenceOfSealed, inspectRun, openOf, readEvidence, sealRun } from '../store/evidence.js';
import { isFilled, openCells } from '../store/cells.js';
import { isAllowed } from '../store/calls.js';
import { removeSeal } from '../store/seal.js';
import type { Evidence } from '../schema/evidence.js';
import { isAnythingLeft } from './left-to-do.js';
import { assertSameCards, describeHardware, kindsOfDevices } from '../store/hardware.js';
import { unless } from '../core/system-code.js';
import { isOwnDraft } from '../core/write-whole.js';
import { lockRun } from '../store/lock.js';
import type { Held } from '../core/durable-lines.js';
import { keepsAll, keptSetting } from '../store/kept-mattes.js';
import { createManifest, hasSums, recordedModel, type Manifest } from '../store/manifest.js';
import { areKept, assertEnoughMattes } from './keep-mattes.js';
import { makePlan } from './plan.js';
import { MODEL_FAILURES } from './predict.js';
import { nothingToScore, predictAndScore } from './predict-and-score.js';
import { completeRequest, type RunOptions, type RunRequest } from './run-request.js';
import { canonicalJson } from '../core/hash.js';
import type { PlanRecord } from '../store/records.js';
import { enterRunFolder, readManifest, writeJson, type RunFolder } from '../store/run-folder.js';
import { pluginsOfRun } from '../store/run-plugins.js';
import { recordMattes, recordReadings, recordStop } from '../store/add-to-manifest.js';
import { assertSameSettings } from '../store/same-settings.js';
import { explained } from './explained.js';
import { runScenarios } from './scenarios/run-scenarios.js';
import { endScoreThreads } from '../scoring/score-pool.js';
import { time } from './time.js';
import { writeSummary } from './summarise.js';
import { replay, type Walk } from './walk.js';
import { warningsOfOutputs } from './warnings-of-outputs.js';

/**
 * Plans, predicts, scores, times and summarises, as far as `phases` asks for it. What counts as done is on the
 * disk, so that a run that ends early, in whatever way, is continued with `resume`.
 *
 * @throws MaskbenchError when the run cannot start or go on; single cells that fail are in the summary.
 */
export async function run(options: RunOptions): Promise<Summary> {
  const request = completeRequest(options);
  return explained(request, (folder) => runIn(folder, request, undefined, conclude));
}

/**
 * The same in the order of a walk, until that has seen enough: a run of which a part is missing then has neither summary
 * nor seal, and its manifest says why. One that was walked to its end is a whole run like any other.
 *
 * @throws MaskbenchError as `run`, and what `walk.begin` throws.
 */
export async function runUntilEnough(
  request: Omit<RunRequest, 'shard' | 'phases'>,
  walk: Walk,
): Promise<void> {
  const phases = { predict: true, score: true, time: false };
  await explained(request, (folder) =>
    runIn(folder, { ...request, shard: null, phases }, walk, async (...of) => {
      const manifest = await readManifest(folder);
      if (openOf((await inspectRun(folder, manifest)).cells) === 0) return conclude(...of);
      const after = walk.decidedAfter();
      if (after !== null && manifest.stopped === undefined) await recordStop(folder, after);
      const cells = await openCells(folder, manifest.settings, { outputs: true });
      for (const { model, message } of await warningsOfOutputs(folder, cells, manifest.settings))
        request.emit({ kind: 'warning', message: `${model}: ${message}` });
      return undefined;
    }),
  );
}

async function runIn<S extends Summary | undefined>(
  folder: RunFolder,
  request: RunRequest,
  walk: Walk | undefined,
  end: (folder: RunFolder, before: Evidence | undefined, isOrphan: boolean) => Promise<S>,
): Promise<S | Summary> {
  const { config, models, datasets, shard, phases, emit, signal, fields, described } = request;
  const devices = await resolveDevices(config.device);
  const sweeps = config.scenarios.flatMap((one) => (one.kind === 'sweep' ? [one] : []));
  assertOptionsFit(devices, [config.runner, ...sweeps]);
  await readyDevices(
    models.map(({ spec }) => spec),
    devices,
    { signal },
  );
  if (phases.score && !phases.predict && !existsSync(folder.predictions)) throw nothingToScore(folder.path);
  if (phases.predict) await assertMayUpload(folder, request);
  await enterRunFolder(folder, request.resume, request.origin !== undefined);
  const onWait = (message: string): void => emit({ kind: 'warning', message });
  const lock = await lockRun(folder.path, { signal, onWait, ...request.lock });
  try {
    // Once more under the lock: another process may have been here in between.
    const exists = await enterRunFolder(folder, request.resume, request.origin !== undefined);
    await removeRemains(folder.path);
    if (phases.predict && !exists) await tryModels(request, devices);
    const { batch } = config.accuracy;
    const together = batch === 'auto' || batch === 1 ? {} : { batch };
    const basis = { device: formatDevices(config.device), runner: config.runner, ...together };
    const limit = config.limit ?? null;
    const allDatasets = datasets.length === config.datasets.length;
    // Of a run that has ended, whatever is planned is there.
    let hasMattes = true;
    const onPlanned = (record: PlanRecord): void => {
      const isThere = ({ spec }: ReadyModel): boolean =>
        isFilled(folder.matte(spec.name, record.dataset, record.id));
      hasMattes &&= record.kind === 'problem' || models.every(isThere);
    };
    const { sample } = config;
    const chosen = { limit, sample, shard };
    const wanted = {
      folder,
      datasets,
      allDatasets,
      models,
      basis,
      ...chosen,
      emit,
      signal,
      fields,
      described,
      walk,
    };
    const plan =
      (await request.given?.open(folder, lock)) ??
      (await makePlan({ ...wanted, ...(exists && existsSync(folder.seal) ? { onPlanned } : {}) }));
    await lock.assertHeld();
    const { runner, scoring, time: timing } = config;
    const plugins = pluginsOfRun({ models, datasets: plan.datasets, scoring });
    const settings = {
      models: models.map(recordedModel),
      datasets: plan.datasets,
      device: basis.device,
      ...together,
      runner,
      scoring,
      time: timing,
      limit,
      ...(plugins.length === 0 ? {} : { plugins }),
      ...(sample === undefined ? {} : { sample }),
      ...keptSetting(config),
      shard,
      ...(walk === undefined ? {} : { untilDecided: walk.untilDecided }),
    };
    const hardware = await describeHardware(devices, runner);
    const more = {
      hardware,
      ...(config.price === undefined ? {} : { price: config.price }),
      ...(request.origin === undefined ? {} : { origin: request.origin }),
      ...(request.given === undefined ? {} : { plan: request.given.root }),
    };
    const fresh = createManifest(config.name, settings, more);
    let summary: S | Summary;
    try {
      const existing = exists ? await resumable(folder, fresh, emit) : undefined;
      await walk?.begin(fresh, plan.records);
      const sealed =
        existing === undefined ? undefined : await evidenceOfSealed(folder, existing, plan.isKnownComplete);
      if (
        existing !== undefined &&
        sealed !== undefined &&
        canonicalJson(existing.settings) ===
          canonicalJson({ ...settings, device: existing.settings.device }) &&
        (await plan.isThere()) &&
        !(await isAnythingLeft(
          folder,
          existing,
          request,
          sealed.isComplete && (keepsAll(settings) ? hasMattes : await areKept(folder, existing.settings)),
        ))
      ) {
        const { evidence } = sealed;
        await (evidence.kind === 'sealed' ? plan.leave(evidence.root) : plan.discard());
        if (walk !== undefined) await replay(await openCells(folder, existing.settings), walk);
        summary = { ...(await readSummary(folder)), evidence };
      } else {
        // A seal without the manifest that it was made with: what is there now was not sealed by its run.
        const isOrphan = existing === undefined && existsSync(folder.seal);
        if (existing !== undefined) await assertEnoughMattes(folder, existing, fresh, request);
        if (sealed !== undefined || isOrphan) await removeSeal(folder);
        const manifest = await settle(folder, fresh, existing);
        await lock.assertHeld();
        await plan.accept();
        await work(request, folder, lock, manifest, { walk, devices });
        await lock.assertHeld();
        summary = await end(folder, sealed?.evidence, isOrphan);
      }
    } catch (error) {
      await plan.discard();
      throw error;
    }
    for (const { model, message } of summary?.warnings ?? [])
      emit({ kind: 'warning', message: `${model}: ${message}` });
    return summary;
  } catch (error) {
    // Whatever else went wrong where another process is at work: that has taken over.
    await lock.assertHeld().catch(async (lost: unknown) => {
      await removeRemains(folder.path, isOwnDraft).catch(unless('ENOENT'));
      // Of a folder that was removed meanwhile nothing comes back by what was still under way.
      if (!existsSync(folder.manifest)) await removeEmptyFolders(folder.path);
      throw lost;
    });
    throw error;
  } finally {
    await lock.release();
  }
}

/** @throws MaskbenchError `usage` for a service that pictures would be sent to, which the user has not allowed. */
async function assertMayUpload(
  folder: RunFolder,
  { models, allowUpload = false }: RunRequest,
): Promise<void> {
  for (const { spec } of models) {
    const to = runnerOf(spec).service?.(spec).uploadsTo;
    if (to === undefined || allowUpload || (await isAllowed(folder, spec.name, to))) continue;
    throw new MaskbenchError('usage', `pictures would leave this machine, for ${to}`, {
      where: spec.name,
      remedy: 'allow it with --allow-upload, once for a run',
    });
  }
}

/** A spec that its model contradicts ends the run before it begins; a model that fails otherwise fails by itself, later. */
async function tryModels(
  { config, models, signal }: RunRequest,
  [device]: readonly DeviceRequest[],
): Promise<void> {
  const threads = availableParallelism();
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

/** The manifest of a run that is to be continued. @throws MaskbenchError `run.mismatch` if it is another run. */
async function resumable(folder: RunFolder, wanted: Manifest, emit: EventSink): Promise<Manifest> {
  const existing = await readManifest(folder);
  assertSameSettings(existing, wanted, folder.path);
  for (const doubt of assertSameCards(existing, wanted, folder.path))
    emit({ kind: 'warning', message: doubt });
  return existing;
}

/** Sums a run up, and seals it if nothing is left to do; one that was sealed later stays so, and one of 0.1 unsealed. */
async function conclude(
  folder: RunFolder,
  before: Evidence | undefined,
  isOrphan: boolean,
): Promise<Summary> {
  const manifest = await readManifest(folder);
  const summary = await writeSummary(folder, manifest);
  const later = isOrphan || (before?.kind === 'sealed' && before.later !== undefined);
  const isToSeal = hasSums(manifest) || before !== undefined;
  const evidence = await (isToSeal ? sealRun(folder, manifest, { later }) : readEvidence(folder, manifest));
  return { ...summary, evidence };
}

async function settle(
  folder: RunFolder,
  wanted: Manifest,
  existing: Manifest | undefined,
): Promise<Manifest> {
  if (existing === undefined) {
    // Times say nothing of the settings that they were taken under: where a manifest was lost they are taken again.
    for (const path of [folder.timings, folder.scenarios]) await rm(path, { force: true });
    await writeJson(folder.manifest, wanted);
    return wanted;
  }
  const { datasets, mattes } = wanted.settings;
  if (existing.settings.mattes !== mattes) await recordMattes(folder, mattes);
  if (canonicalJson(existing.settings.datasets) !== canonicalJson(datasets))
    await recordReadings(folder, existing.settings.datasets, datasets);
  const { mattes: _before, ...settings } = existing.settings;
  return { ...existing, settings: { ...settings, datasets, ...keptSetting({ mattes }) } };
}

async function work(
  request: RunRequest,
  folder: RunFolder,
  held: Held,
  manifest: Manifest,
  { walk, devices }: { readonly walk: Walk | undefined; readonly devices: readonly DeviceRequest[] },
): Promise<void> {
  const { settings } = manifest;
  const { config, models, phases, emit, signal } = request;
  if (phases.predict || phases.score) await predictAndScore(request, folder, held, manifest, walk, devices);
  if (!phases.time) return;
  await endScoreThreads();
  const { allowFallback, scenarios } = config;
  const phase = { folder, held, settings, devices, models, emit, signal };
  await time({ ...phase, kinds: kindsOfDevices(manifest), allowFallback });
  await runScenarios({ ...phase, scenarios });
}
