import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../core/cancelled.js';
import { canonicalJson } from '../core/hash.js';
import { inBatches, openJsonl, parseLine, readLines } from '../core/jsonl.js';
import { writeWhole } from '../core/write-whole.js';
import type { Summary } from '../schema/summary.js';
import { openCells } from '../store/cells.js';
import { readEvidence, sealRun } from '../store/evidence.js';
import type { LockOptions } from '../store/lock-options.js';
import { lockRun } from '../store/lock.js';
import { keepsAll, keptCount } from '../store/kept-mattes.js';
import type { Manifest } from '../store/manifest.js';
import { readSummary } from '../store/read-summary.js';
import { MERGING, removeRemains } from '../store/remains.js';
import {
  enterRunFolder,
  readManifest,
  RUN_FILES,
  writeJson,
  type LinesFile,
  type RunFolder,
} from '../store/run-folder.js';
import { removeSeal } from '../store/seal.js';
import { worstCells, type WorstCells } from '../store/worst-cells.js';
import { bringMattes, type MatteWay, type Part } from './bring-mattes.js';
import { writeSummary } from './summarise.js';

/** What belongs to a merged run besides, such as its reports. */
export type Finish = (merged: Summary) => Promise<void>;

/** Times that lie apart. */
export interface Times extends Part {
  /** What their records call the device from then on, where the machine was of another kind than those of the cells. */
  readonly as?: string;
}

/** Parts that were looked at, and what they come to together. */
export interface Merge {
  readonly manifest: Manifest;
  /** The lines of the plan, in order. */
  plan(): Iterable<string> | AsyncIterable<string>;
  /** As often as asked for. */
  parts(): Iterable<Part> | AsyncIterable<Part>;
  /** Whose lines are put one after the other. */
  readonly files: readonly LinesFile[];
  /** Whose times these are, where not those of the parts. */
  readonly times?: readonly Times[];
  /** Whether somebody else than the runs sealed any of them. */
  readonly later: boolean;
  readonly mattes: MatteWay;
}

/**
 * Writes a merge into a new run folder, and seals it. A mark lies in there until `finish` is done too, so that a merge which was killed at
 * any moment can be asked for again; the mattes that it had come to stay. One of these very parts that is there, or that another process is
 * making, is what it comes to.
 *
 * @throws MaskbenchError `run.exists`.
 */
export async function mergeInto(
  target: RunFolder,
  merge: Merge,
  options: LockOptions,
  finish: Finish,
): Promise<Summary> {
  const { manifest } = merge;
  const mark = join(target.path, MERGING);
  const wasKilled = (): boolean => existsSync(mark);
  const before = await mergedBefore(target, manifest);
  if (before !== undefined) return before;
  try {
    if (!wasKilled()) await enterRunFolder(target, false);
  } catch (error) {
    // Another process may have begun with it, or be done with it, since that was looked at.
    if (!wasKilled() && (await mergedBefore(target, manifest)) === undefined) throw error;
  }
  const lock = await lockRun(target.path, options);
  try {
    // Under the lock: another process may have been here in between, with this very merge.
    if (wasKilled()) await removeParts(target, (await readFile(mark, 'utf8')) === markOf(merge));
    else {
      const meanwhile = await mergedBefore(target, manifest);
      if (meanwhile !== undefined) return meanwhile;
      await enterRunFolder(target, false);
    }
    await writeWhole(mark, markOf(merge));
    await removeRemains(target.path, (name) => name !== MERGING);
    const { signal } = options;
    await writeLines(target.plan, merge.plan(), signal);
    const worst = await worstOfAll(merge);
    for await (const part of merge.parts()) await bringMattes(part, target, merge.mattes, worst, signal);
    for (const file of merge.files) {
      const lines = linesOf(file, merge);
      const first = await lines.next();
      if (first.done !== true) await writeLines(target[file], from(first.value, lines), signal);
    }
    const summary = await writeSummary(target, manifest);
    await lock.assertHeld();
    await writeJson(target.manifest, manifest);
    const merged = { ...summary, evidence: await sealRun(target, manifest, { later: merge.later }) };
    await finish(merged);
    await rm(mark);
    return merged;
  } finally {
    await lock.release();
  }
}

/** Of which merge the mattes are that a killed one has left. */
function markOf({ manifest: { mergedFrom = [] }, mattes }: Merge): string {
  return mergedFrom.length === 0 ? '' : canonicalJson({ mergedFrom, mattes });
}

/** What a merge of these very parts came to, if it was done before: a killed one may have been at its very end. */
async function mergedBefore(
  target: RunFolder,
  { mergedFrom }: Pick<Manifest, 'mergedFrom'>,
): Promise<Summary | undefined> {
  if (![target.seal, target.manifest].every(existsSync) || existsSync(join(target.path, MERGING)))
    return undefined;
  const manifest = await readManifest(target);
  if (mergedFrom === undefined || canonicalJson(mergedFrom) !== canonicalJson(manifest.mergedFrom ?? []))
    return undefined;
  return { ...(await readSummary(target)), evidence: await readEvidence(target, manifest) };
}

/** Removes what a killed merge had come to: all of it is in the parts. Mattes are there whole or not at all. */
async function removeParts(folder: RunFolder, isSame: boolean): Promise<void> {
  await removeSeal(folder);
  const names = [...Object.values(RUN_FILES).map(({ name }) => name), ...(isSame ? [] : ['predictions'])];
  for (const name of names) await rm(join(folder.path, name), { recursive: true, force: true });
}

async function* linesOf(file: LinesFile, { parts, times }: Merge): AsyncGenerator<string, void, undefined> {
  const sources: Iterable<Times> | AsyncIterable<Times> =
    file === 'timings' && times !== undefined ? times : parts();
  for await (const { folder, as } of sources) {
    for await (const line of readLines(folder[file])) {
      parseLine(line, folder[file], RUN_FILES[file].line);
      // As it stands: a later version may have written more into it than this one knows.
      yield as === undefined ? line.text : calledAs(line.text, as);
    }
  }
}

/** A line of times of a device that has another name than it had where it was the only one. */
function calledAs(text: string, device: string): string {
  const { sum: _of, ...record } = JSON.parse(text) as Record<string, unknown>;
  if (record['kind'] !== 'model' && record['kind'] !== 'failed') return text;
  const own = record['device'];
  return JSON.stringify({ ...record, device: typeof own === 'string' ? `${device} ${own}` : device });
}

async function* from<T>(first: T, others: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* others;
}

/** Of parts that keep some of their mattes, the cells whose mattes the merged run keeps: those of any part may be of the worst. */
async function worstOfAll({ manifest: { settings }, parts }: Merge): Promise<WorstCells | undefined> {
  if (keepsAll(settings)) return undefined;
  const worst = worstCells(settings);
  if (keptCount(settings) === 0) return worst;
  for await (const { folder, manifest } of parts()) {
    const cells = await openCells(folder, manifest.settings);
    for await (const score of cells.scores()) worst.see(score);
  }
  return worst;
}

async function writeLines(
  path: string,
  lines: Iterable<string> | AsyncIterable<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const writer = await openJsonl(path);
  const batch = inBatches(writer.appendLines);
  try {
    for await (const line of lines) {
      throwIfCancelled(signal, 'merge again');
      await batch.add(line);
    }
    await batch.flush();
    await writer.sync();
  } finally {
    await writer.close();
  }
}
