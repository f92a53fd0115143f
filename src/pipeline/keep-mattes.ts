import { rm } from 'node:fs/promises';
import type { Held } from '../core/durable-lines.js';
import { MaskbenchError } from '../core/errors.js';
import { counted } from '../core/text.js';
import { runnerOf } from '../runners/runner-of.js';
import type { ReadyModel } from '../runners/runner.js';
import type { EventSink } from '../schema/events.js';
import { openCells, type Cells } from '../store/cells.js';
import { keepsAll, keptCount } from '../store/kept-mattes.js';
import type { Manifest, RunSettings } from '../store/manifest.js';
import type { DoneScore, ScoreRecord } from '../store/records.js';
import { plannedSamples, type RunFolder } from '../store/run-folder.js';
import { mattesToKeep, worstCells, worstOf, type CellName } from '../store/worst-cells.js';
import type { RunPhases, RunRequest } from './run-request.js';

/** Removes mattes that a run need not keep, once their scores are on the disk. */
export interface Keeper {
  /** Is told every score that is on the disk. */
  scored(record: ScoreRecord): Promise<void>;
}

/**
 * What keeps the mattes of a run to those that it is to keep: at once also of what earlier processes had scored, and were ended before
 * they had removed. One of the N worst of all cells is one of the N worst of any part of them, so that none goes too early.
 *
 * @param cells with `whole`, `mattes` and `digests`
 * @returns undefined for a run that keeps all of them
 */
export async function openKeeper(
  folder: RunFolder,
  held: Held,
  settings: RunSettings,
  cells: Cells,
): Promise<Keeper | undefined> {
  if (keepsAll(settings)) return undefined;
  const worst = worstCells(settings);
  const see = async (score: DoneScore): Promise<void> => {
    for (const { model, dataset, id } of worst.see(score)) {
      if (cells.isGone(model, { dataset, id })) continue;
      await held.assertHeld();
      await rm(folder.matte(model, dataset, id), { force: true });
    }
  };
  for await (const score of cells.scores())
    // A score that lacks a metric is to be computed anew, from its matte if that is there.
    if (cells.isReleased(score.model, score) && cells.hasScore(score.model, score)) await see(score);
  return {
    scored: async (record) => {
      if (record.status === 'done') await see(record);
    },
  };
}

interface Wanted {
  readonly phases: RunPhases;
  readonly repredict: boolean;
  readonly models: readonly ReadyModel[];
}

/**
 * Opens the cells of a resumed run that lack what only a matte gives which was not kept: a score by all metrics, or a matte that is to be
 * kept from now on.
 *
 * @param cells with `whole`, `mattes` and `digests`
 * @throws MaskbenchError `usage`, saying how many cells would have to be predicted again, if nobody asked for that.
 */
export async function reopenCells(
  folder: RunFolder,
  settings: RunSettings,
  cells: Cells,
  { phases, repredict, models }: Wanted,
  emit: EventSink,
): Promise<void> {
  const counts = new Map<string, number>();
  for await (const { model, dataset, id, why } of lackingMattes(folder, settings, cells, phases)) {
    // Without leave, a matte that the run has kept and that is gone is one that is damaged, as in any run.
    if (repredict) cells.reopen(model, { dataset, id });
    else if (why === 'kept') cells.markDamaged(model, { dataset, id });
    if (repredict || why === 'score') counts.set(model, (counts.get(model) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  if (!repredict) throw notKept(counts, models);
  const message = `${counted(sumOf(counts), 'cell')} predicted again, of which the mattes were not kept${sentAgain(counts, models)}`;
  emit({ kind: 'warning', message });
}

/**
 * Before anything is changed: whether a run that has not kept all mattes can be continued as asked for without them.
 *
 * @throws MaskbenchError as `reopenCells`, for a run that is to keep more mattes than it did, or to be scored by more metrics.
 */
export async function assertEnoughMattes(
  folder: RunFolder,
  { settings: before }: Manifest,
  { settings: now, metrics: whole = [] }: Manifest,
  { phases, repredict = false, models }: RunRequest,
): Promise<void> {
  if (keepsAll(before) || repredict) return;
  const settings = { ...before, mattes: now.mattes ?? 'all' };
  const keepsMore = keptCount(now) > keptCount(before);
  const cells = await openCells(folder, settings, { whole, mattes: true, digests: true });
  const counts = new Map<string, number>();
  for await (const { model, why } of lackingMattes(folder, settings, cells, phases))
    if (keepsMore || why === 'score') counts.set(model, (counts.get(model) ?? 0) + 1);
  if (counts.size > 0) throw notKept(counts, models, keepsMore ? before.mattes : undefined);
}

/** Whether all mattes are there that a run with scores is to keep. */
export async function areKept(folder: RunFolder, settings: RunSettings): Promise<boolean> {
  const cells = await openCells(folder, settings, { mattes: true });
  const isToKeep = await mattesToKeep(settings, cells);
  for await (const sample of plannedSamples(folder))
    if (cells.models.some((model) => cells.isGone(model, sample) && isToKeep(model, sample))) return false;
  return cells.countDamaged() === 0;
}

interface Lacking extends CellName {
  readonly why: 'score' | 'kept';
}

async function* lackingMattes(
  folder: RunFolder,
  settings: RunSettings,
  cells: Cells,
  { score }: RunPhases,
): AsyncGenerator<Lacking, void, undefined> {
  const all = keepsAll(settings);
  if ((all ? cells.countDamaged() : cells.countPredicted()) === 0) return;
  const worst = await worstOf(settings, ...(all ? [] : [cells]));
  for await (const sample of plannedSamples(folder)) {
    const { dataset, id } = sample;
    for (const model of cells.models) {
      // A run that keeps all of them from now on takes those that are not there for damaged; those it had released it did not keep.
      const isGone = all
        ? cells.isDamaged(model, sample) && cells.isReleased(model, sample)
        : cells.isGone(model, sample);
      if (!isGone) continue;
      if (score && !cells.hasScore(model, sample)) yield { model, dataset, id, why: 'score' };
      else if (all || worst.has(model, sample)) yield { model, dataset, id, why: 'kept' };
    }
  }
}

/** Cells by model. */
type Counts = ReadonlyMap<string, number>;

const sumOf = (counts: Counts): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

function notKept(counts: Counts, models: readonly ReadyModel[], before?: string): MaskbenchError {
  const goOn = before === undefined ? '' : `; without it go on as before, with --mattes ${before}`;
  return new MaskbenchError(
    'usage',
    `${counted(sumOf(counts), 'cell')} would have to be predicted again: the run has not kept the mattes`,
    { remedy: `--repredict does so${sentAgain(counts, models)}${goOn}` },
  );
}

/** Of services: what is sent once more, and paid for. */
function sentAgain(counts: Counts, models: readonly ReadyModel[]): string {
  return models
    .flatMap(({ spec }) => {
      const terms = runnerOf(spec).service?.(spec);
      const count = counts.get(spec.name) ?? 0;
      if (terms === undefined || count === 0) return [];
      const price =
        terms.price === undefined ? '' : `, at ${terms.price.perCall} ${terms.price.currency} each`;
      return [
        `; ${counted(count, 'picture')} ${count === 1 ? 'goes' : 'go'} to ${spec.name} once more${price}`,
      ];
    })
    .join('');
}
