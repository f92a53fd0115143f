import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { Evidence } from '../../schema/evidence.js';
import type { AccuracyRow, Summary } from '../../schema/summary.js';
import { inspectRun } from '../../store/evidence.js';
import { readSummary } from '../../store/read-summary.js';
import { noFolderOfRuns, readManifest, runFolder } from '../../store/run-folder.js';

/** A run folder, and what is in it: nothing is taken from one whose files do not add up, or of which a check has seen enough. */
export type ListedRun = { readonly path: string; readonly createdAt: string } & (
  | { readonly kind: 'finished'; readonly evidence: Evidence; readonly summary: Summary }
  | { readonly kind: 'unfinished' | 'partial'; readonly evidence: Evidence }
  | { readonly kind: 'damaged' | 'unreadable'; readonly reason: string }
);

/**
 * The run folders in a folder (those that lie in runs of one date, say, one folder further down too), the oldest run first.
 *
 * @throws MaskbenchError `data.missing` where there is no such folder.
 */
export async function listRuns(folder: string): Promise<readonly ListedRun[]> {
  const paths = await runFolders(folder, 2).catch((error: unknown) => {
    throw noFolderOfRuns(folder, error);
  });
  const runs: ListedRun[] = [];
  // One after another: the evidence of each is all that its files say.
  for (const path of paths) runs.push(await readRun(path));
  return runs.sort((a, b) => (`${a.createdAt} ${a.path}` < `${b.createdAt} ${b.path}` ? -1 : 1));
}

async function runFolders(folder: string, depth: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (existsSync(runFolder(path).manifest)) found.push(path);
    else if (depth > 1) found.push(...(await runFolders(path, depth - 1)));
  }
  return found;
}

async function readRun(path: string): Promise<ListedRun> {
  const folder = runFolder(path);
  let createdAt = '';
  try {
    const manifest = await readManifest(folder);
    ({ createdAt } = manifest);
    const { evidence } = await inspectRun(folder, manifest);
    if (evidence.kind === 'partial') return { path, createdAt, kind: 'partial', evidence };
    // What lies in summary.json of a run without its seal, nothing covers.
    if (evidence.kind === 'unfinished') return { path, createdAt, kind: 'unfinished', evidence };
    return { path, createdAt, kind: 'finished', evidence, summary: await readSummary(folder) };
  } catch (error) {
    if (!(error instanceof MaskbenchError)) throw error;
    const kind = error.code === 'run.damaged' ? 'damaged' : 'unreadable';
    return { path, createdAt, kind, reason: error.message };
  }
}

/** What a model came to in a run, over all its datasets: their plain mean, or the one dataset. */
export function overallRow({ accuracy, datasets }: Summary, model: string): AccuracyRow | undefined {
  const rows = accuracy.filter((row) => row.model === model);
  return rows.find(({ dataset }) => dataset === null) ?? (datasets.length === 1 ? rows[0] : undefined);
}

/** A model of a run with its headline score; a run that is not finished is one row without a model. */
export interface RunRow {
  readonly run: string;
  readonly createdAt: string;
  readonly state: ListedRun['kind'];
  readonly maskbenchVersion: string | null;
  readonly model: string | null;
  /** What the run's first protocol ranks models by. */
  readonly metric: string | null;
  readonly value: number | null;
  /** Scored ones; null where nothing is said of the run's scores. */
  readonly images: number | null;
  readonly evidence: Evidence | null;
  /** Why there is no evidence; null where there is. */
  readonly reason: string | null;
}

/** @param name what the run is called in its rows */
export function rowsOf(run: ListedRun, name: string): readonly RunRow[] {
  const none = { maskbenchVersion: null, model: null, metric: null, value: null, images: null };
  const basics = {
    run: name,
    createdAt: run.createdAt,
    state: run.kind,
    evidence: 'evidence' in run ? run.evidence : null,
    reason: 'reason' in run ? run.reason : null,
  };
  if (run.kind !== 'finished') return [{ ...basics, ...none }];
  const { summary } = run;
  const { maskbenchVersion, models, protocols = [] } = summary;
  const metric = protocols[0]?.headline ?? null;
  return models.map(({ name: model }) => {
    const row = overallRow(summary, model);
    const value = metric === null ? null : (row?.metrics[metric]?.mean ?? null);
    return { ...basics, maskbenchVersion, model, metric, value, images: row?.scored ?? 0 };
  });
}
