import { canonicalJson } from '../core/hash.js';
import { MaskbenchError } from '../core/errors.js';
import { counted } from '../core/text.js';
import type { Held } from '../core/durable-lines.js';
import { metricsOf } from '../metrics/registry.js';
import type { DeviceRequest } from '../runners/device.js';
import type { EventSink } from '../schema/events.js';
import { openCells, type Cells } from '../store/cells.js';
import { keepsAll } from '../store/kept-mattes.js';
import type { Manifest } from '../store/manifest.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import { removeRemains } from '../store/remains.js';
import { recordMetrics, recordPace } from '../store/add-to-manifest.js';
import { paceOf, type Pace } from '../schema/pace.js';
import type { RunFolder } from '../store/run-folder.js';
import { checkMattes, failDamaged } from './check-mattes.js';
import { predict, type PassTimes } from './predict.js';
import type { RunRequest } from './run-request.js';
import { openKeeper, reopenCells } from './keep-mattes.js';
import { openScorer, scoreRemaining } from './score.js';
import { replay, type Walk } from './walk.js';

/**
 * The accuracy pass: predicts what is not done, scores each sample once all its models have ended, and predicts again what the
 * scorer finds damaged.
 */
export async function predictAndScore(
  { config, models, phases, emit: tell, signal, fields, retryUnknown = false, repredict = false }: RunRequest,
  folder: RunFolder,
  held: Held,
  { settings, metrics }: Manifest,
  walk: Walk | undefined,
  devices: readonly DeviceRequest[],
): Promise<void> {
  const mismatches = countMismatches(tell);
  const { emit } = mismatches;
  const whole = metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id);
  const mattes = phases.predict || !keepsAll(settings);
  const cells = await openCells(folder, settings, { whole, mattes, digests: true });
  if (!phases.predict) tellUnpredicted(folder, cells, emit);
  await reopenCells(folder, settings, cells, { phases, repredict, models }, emit);
  const keeper = phases.score ? await openKeeper(folder, held, settings, cells) : undefined;
  const scorer = phases.score
    ? await openScorer(folder, held, settings, cells, emit, {
        fields,
        keeper,
        onScored: walk && ((score) => walk.see(score)),
      })
    : undefined;
  let predicted: PassTimes | undefined;
  const predictCells = async (damagedOnly: boolean): Promise<void> => {
    const times = await predict({
      folder,
      held,
      settings,
      devices,
      accuracy: config.accuracy,
      allowFallback: config.allowFallback,
      models,
      fields,
      cells,
      damagedOnly,
      walk,
      retryUnknown,
      emit,
      signal,
      onSampleEnded: async (sample) => scorer?.offer(sample),
    });
    if (!damagedOnly) predicted = times;
    // An inference process that died in the middle of a file.
    await removeRemains(folder.path);
  };
  // In a walk, what is not predicted is not looked at.
  const isMeant =
    walk &&
    (({ dataset, id }: PlannedSample) =>
      cells.models.some((model) => cells.isPredicted(model, { dataset, id })));
  const planned =
    walk === undefined ? settings.datasets.reduce((sum, { samples }) => sum + samples, 0) : undefined;
  const scoreRest = async (): Promise<void> => {
    if (scorer !== undefined) await scoreRemaining(folder, scorer, planned, emit, signal, isMeant);
  };
  let damaged = 0;
  try {
    await replay(cells, walk);
    // What an earlier run has predicted is looked at before more is.
    if (walk !== undefined && cells.models.some((model) => cells.countUnpredicted(model) < cells.planned))
      await scoreRest();
    if (phases.predict) {
      // What is scored is looked at by the scorer, which has the pixels anyway.
      if (scorer === undefined) await checkMattes(folder, cells, signal);
      damaged = cells.countDamaged();
      if (walk?.isEnough() !== true) await predictCells(false);
    }
    const scoringFrom = performance.now();
    await scoreRest();
    if (predicted !== undefined && predicted.ofDeviceMs > 0)
      await recordPace(folder, paceOfPass(predicted, performance.now() - scoringFrom));
    if (scorer !== undefined && phases.predict && cells.countDamaged() > 0) {
      damaged += cells.countDamaged();
      await predictCells(true);
      await scoreRest();
    }
  } finally {
    await scorer?.close();
  }
  const left = await failDamaged(folder, held, cells, emit);
  if (damaged > left) emit({ kind: 'warning', message: `${damagedMattes(damaged - left)}: predicted again` });
  if (left > 0) emit({ kind: 'warning', message: `${damagedMattes(left)}: continue with --resume` });
  mismatches.warn(settings.scoring.resize);
  // Not before all are computed: until then readers show what every score holds.
  if (phases.score && canonicalJson(metrics ?? []) !== canonicalJson(whole))
    await recordMetrics(folder, whole);
}

/** @param scoreMs what scoring took after the last cell was predicted */
function paceOfPass({ cells, wallMs, diskMs, scoringMs, ...work }: PassTimes, scoreMs: number): Pace {
  const allMs = wallMs + scoreMs;
  const waited = {
    device: 1 - (work.deviceMs / work.ofDeviceMs) * (wallMs / allMs),
    feeding: 1 - (work.feedingMs / work.ofFeedingMs) * (wallMs / allMs),
    disk: 1 - diskMs / allMs,
    scoring: 1 - (scoringMs + scoreMs) / allMs,
  };
  return paceOf({ cells, seconds: allMs / 1000, waited });
}

/** Scoring alone, where no run or no matte is. */
export function nothingToScore(folder: string): MaskbenchError {
  return new MaskbenchError(
    'data.missing',
    'no masks are predicted there, so that there is nothing to score',
    {
      where: folder,
      remedy: 'predict them first: run without --only, or with --only predict',
    },
  );
}

/** What scoring alone passes over. @throws MaskbenchError `data.missing` if that is every cell. */
function tellUnpredicted(folder: RunFolder, cells: Cells, emit: EventSink): void {
  const left = cells.models.reduce((sum, model) => sum + cells.countUnpredicted(model), 0);
  if (cells.countPredicted() === 0) throw nothingToScore(folder.path);
  if (left > 0)
    emit({
      kind: 'warning',
      message: `${counted(left, 'cell')} without a mask to score; --resume predicts them`,
    });
}

function damagedMattes(count: number): string {
  return count === 1
    ? '1 matte was missing, empty or not the one that was predicted'
    : `${count} mattes were missing, empty or not the ones that were predicted`;
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
      const remedy = resized
        ? ''
        : '; in a new folder, --resize resizes mattes to the size of their ground truths';
      if (samples.size > 0) emit({ kind: 'warning', message: `${what}${remedy}` });
    },
  };
}
