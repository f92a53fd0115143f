import { constants } from 'node:fs';
import { copyFile, link, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openDurableLines, type DurableLines, type Held } from '../../core/durable-lines.js';
import { MaskbenchError } from '../../core/errors.js';
import { makeFolder } from '../../core/sync.js';
import { unless } from '../../core/system-code.js';
import { draftOf, type Draft } from '../../core/write-whole.js';
import { metricsOf } from '../../metrics/registry.js';
import { signaturesOf } from '../../metrics/signature.js';
import { scoreKey } from '../../store/cell-key.js';
import { isFilled } from '../../store/cells.js';
import { keepsAll } from '../../store/kept-mattes.js';
import type { RunSettings } from '../../store/manifest.js';
import { readPlannedKeys } from '../../store/planned-keys.js';
import type { DonePrediction, DoneScore, SampleName, TruthRecord } from '../../store/records.js';
import { readRecords, recordReader, type RunFolder } from '../../store/run-folder.js';
import { truthsInSignature } from '../../store/run-readings.js';

/** What one attempt has done of the cells that are planned; the last record of each holds. */
interface Done {
  readonly predictions: Map<number, DonePrediction>;
  readonly scores: Map<number, DoneScore>;
  readonly truths: Map<string, TruthRecord>;
}

/**
 * Takes whole cells over from earlier attempts at the same shard, with their mattes as second names of the same files: what they have
 * on the disk is done, also of one that was killed, or is still at work elsewhere. Nothing in their folders changes.
 *
 * @param to has its plan already, and nothing else
 * @returns how many cells.
 */
export async function takeOver(
  attempts: readonly RunFolder[],
  to: RunFolder,
  settings: RunSettings,
  held: Held,
): Promise<number> {
  const models = settings.models.map(({ spec }) => spec.name);
  const isWhole = wholeScores(settings);
  const { find, keyOf, truthOf } = await readPlannedKeys(recordReader(to), models);
  const taken = new Set<number>();
  const measured = new Set<string>();
  const writers: Partial<Record<'predictions' | 'scores' | 'truths', DurableLines>> = {};
  const writer = async (file: keyof typeof writers): Promise<DurableLines> =>
    (writers[file] ??= await openDurableLines(to[file], held));
  const cellOf = (record: SampleName & { readonly model: string }): number | undefined =>
    find(record.model, record);
  try {
    for (const from of attempts) {
      const done = await doneIn(from, cellOf);
      for (const [cell, record] of done?.predictions ?? []) {
        const { model, dataset, id } = record;
        const matte = from.matte(model, dataset, id);
        if (taken.has(cell) || record.key !== keyOf(cell)) continue;
        const score = done?.scores.get(cell);
        const draft = draftOf(to.matte(model, dataset, id));
        // Of an attempt that is at work, a file may go between the look and the link.
        const isLinked = isFilled(matte) && (await linkOrCopy(matte, draft));
        if (!isLinked && !isWhole(record, score, truthOf(Math.floor(cell / models.length)))) continue;
        taken.add(cell);
        await (await writer('predictions')).append(record, isLinked ? { draft } : {});
        if (score !== undefined) await (await writer('scores')).append(score);
      }
      for (const [name, truth] of done?.truths ?? []) {
        const cell = find(models[0], truth);
        if (measured.has(name) || cell === undefined) continue;
        if (truthOf(Math.floor(cell / models.length)) !== truth.truthSha256) continue;
        measured.add(name);
        await (await writer('truths')).append(truth);
      }
      // Before any file says more than the disk has.
      await writers.predictions?.flush();
    }
  } finally {
    for (const open of [writers.predictions, writers.scores, writers.truths]) await open?.close();
  }
  return taken.size;
}

/** Whether a score needs its matte no more: in a run that does not keep all of them, one that names it and lacks nothing. */
function wholeScores(
  settings: RunSettings,
): (matte: DonePrediction, score: DoneScore | undefined, truthSha256: string) => boolean {
  if (keepsAll(settings)) return () => false;
  const signatures = signaturesOf(settings.scoring.protocols, settings.scoring, truthsInSignature(settings));
  const whole = metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id);
  return ({ key, matteSha256 }, score, truthSha256) =>
    score !== undefined &&
    score.matteSha256 === matteSha256 &&
    score.key === scoreKey(key, truthSha256, signatures) &&
    whole.every((id) => id in score.metrics);
}

/** What an attempt has done; nothing of one whose files are damaged. */
async function doneIn(
  from: RunFolder,
  cellOf: (record: SampleName & { readonly model: string }) => number | undefined,
): Promise<Done | undefined> {
  const done: Done = { predictions: new Map(), scores: new Map(), truths: new Map() };
  const note = <R extends SampleName & { readonly model: string; readonly status: string }>(
    map: Map<number, Extract<R, { status: 'done' }>>,
    record: R,
  ): void => {
    const cell = cellOf(record);
    if (cell === undefined) return;
    if (record.status === 'done') map.set(cell, record as Extract<R, { status: 'done' }>);
    else map.delete(cell);
  };
  try {
    for await (const record of readRecords(from, 'predictions')) note(done.predictions, record);
    for await (const record of readRecords(from, 'scores')) note(done.scores, record);
    for await (const record of readRecords(from, 'truths')) {
      const name = `${record.dataset}/${record.id}`;
      if (record.status === 'done') done.truths.set(name, record);
      else done.truths.delete(name);
    }
    return done;
  } catch (error) {
    if (error instanceof MaskbenchError) return undefined;
    throw error;
  }
}

/** A second name of a file, or a copy of it where there can be none; false where the file is gone. */
async function linkOrCopy(from: string, { path }: Draft): Promise<boolean> {
  await makeFolder(dirname(path));
  await rm(path, { force: true });
  const linked = await link(from, path).then(
    () => true,
    unless('EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'ENOSYS', 'ENOENT'),
  );
  if (linked === true) return true;
  return copyFile(from, path, constants.COPYFILE_FICLONE).then(
    () => true,
    (error: unknown) => unless('ENOENT')(error) ?? false,
  );
}
