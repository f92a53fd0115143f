import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { callRecord } from './call-record.js';
import { parseLine, readLines, type Line } from '../core/jsonl.js';
import { hintFor } from '../core/names.js';
import { makeFolder } from '../core/sync.js';
import { systemCode, unless } from '../core/system-code.js';
import { listed } from '../core/text.js';
import { DRAFT_ENDING_BYTES, writeWhole } from '../core/write-whole.js';
import { isRemains } from './remains.js';
import { joinInside } from '../core/safe-path.js';
import { noteProtocols } from '../metrics/recorded-protocols.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import { MANIFEST_VERSION, manifestSchema, RECORDS_VERSION, type Manifest } from './manifest.js';
import { readDocument } from './read-document.js';
import { planRecord, predictionRecord, scenarioRecord, scoreRecord, truthRecord } from './records.js';
import { timingRecord } from './timing-record.js';

/**
 * What becomes of a file when the shards of a run are merged: `made` anew from the others, its `lines` put one after the
 * other, or that only where all shards ran on machines whose times are figures of one thing (`timingPool`).
 */
type MergeRule = 'made' | 'lines' | 'lines-of-one-machine';

/**
 * Every file of a run folder beside the mattes and the seal that covers these (seal.ts), and the schema of its lines. A new
 * file of a run is one entry here.
 */
export const RUN_FILES = {
  manifest: { name: 'manifest.json', merge: 'made' },
  plan: { name: 'plan.jsonl', merge: 'made', line: planRecord },
  predictions: { name: 'predictions.jsonl', merge: 'lines', line: predictionRecord },
  scores: { name: 'scores.jsonl', merge: 'lines', line: scoreRecord },
  truths: { name: 'truths.jsonl', merge: 'lines', line: truthRecord },
  timings: { name: 'timings.jsonl', merge: 'lines-of-one-machine', line: timingRecord },
  scenarios: { name: 'scenarios.jsonl', merge: 'lines-of-one-machine', line: scenarioRecord },
  calls: { name: 'calls.jsonl', merge: 'lines', line: callRecord },
  curves: { name: 'curves.json', merge: 'made' },
  summary: { name: 'summary.json', merge: 'made' },
} as const satisfies Readonly<
  Record<string, { readonly name: string; readonly merge: MergeRule; readonly line?: z.ZodType }>
>;

type Files = typeof RUN_FILES;
/** The files of lines. */
export type LinesFile = {
  [K in keyof Files]: Files[K] extends { readonly line: z.ZodType } ? K : never;
}[keyof Files];

type RecordOf<K extends LinesFile> = z.output<Files[K]['line']>;

const FILES = Object.keys(RUN_FILES) as (keyof Files)[];

/** The files of lines, in order. */
export const LINES_FILES: readonly LinesFile[] = FILES.filter(
  (file): file is LinesFile => 'line' in RUN_FILES[file],
);

/** The files that are one document each. */
export const DOCUMENTS: readonly (keyof Files)[] = FILES.filter((file) => !('line' in RUN_FILES[file]));

/** The files of lines that merge by one of these rules. */
export function linesFiles(...rules: readonly MergeRule[]): readonly LinesFile[] {
  return LINES_FILES.filter((file) => rules.includes(RUN_FILES[file].merge));
}

/** Paths inside a run folder; nothing is opened or created. */
export interface RunFolder extends Readonly<Record<keyof Files, string>> {
  readonly path: string;
  /** `seal.json`, of a finished run. */
  readonly seal: string;
  /** `files.cache`: what planning knows of the files that it has read, only to save time. */
  readonly cache: string;
  /** Where the matte of a cell lies; never outside the folder, whatever the names are. */
  matte(model: string, dataset: string, id: string): string;
}

export function runFolder(path: string): RunFolder {
  const paths = Object.entries(RUN_FILES).map(([key, { name }]) => [key, join(path, name)]);
  return {
    ...(Object.fromEntries(paths) as Record<keyof Files, string>),
    path,
    seal: join(path, 'seal.json'),
    cache: join(path, 'files.cache'),
    matte: (model, dataset, id) => joinInside(path, 'predictions', model, dataset, `${id}.png`),
  };
}

/** How long a path may be in bytes, with the byte that ends it; Node.js knows a way round the limit of Windows. */
const LONGEST_PATH = { linux: 4096, darwin: 1024 } as Partial<Record<NodeJS.Platform, number>>;

/** Whether a matte can be written there, also under the longer name that it has until it is whole. */
export function isWritablePath(matte: string): boolean {
  const longest = LONGEST_PATH[process.platform] ?? Number.POSITIVE_INFINITY;
  return Buffer.byteLength(matte) + DRAFT_ENDING_BYTES < longest;
}

/** A record of a run's file, and the line that it stands in. */
export interface ReadRecord<K extends LinesFile> {
  readonly record: RecordOf<K>;
  readonly line: Line;
}

/**
 * Reads the records of one of a run's files in order, each checked by its schema; none if there is no such file.
 *
 * @throws MaskbenchError `data.unreadable` or `run.damaged`, naming file, line and what is not as it should be.
 */
export type RecordReader = <K extends LinesFile>(file: K) => AsyncGenerator<ReadRecord<K>, void, undefined>;

/** @param see gets all bytes of a file as they are read */
export function recordReader(
  folder: RunFolder,
  see?: (file: LinesFile, bytes: Buffer) => void,
): RecordReader {
  return async function* <K extends LinesFile>(file: K) {
    const path = folder[file];
    for await (const line of readLines(path, see && ((bytes) => see(file, bytes)))) {
      // The compiler does not see that the schema of one key is the one of its records.
      yield { record: parseLine(line, path, RUN_FILES[file].line) as RecordOf<K>, line };
    }
  };
}

/** As `recordReader` reads, without the lines. */
export async function* readRecords<K extends LinesFile>(
  folder: RunFolder,
  file: K,
): AsyncGenerator<RecordOf<K>, void, undefined> {
  for await (const { record } of recordReader(folder)(file)) yield record;
}

/** The planned samples in order, without the files that are no usable pair. */
export async function* plannedSamples(folder: RunFolder): AsyncGenerator<PlannedSample, void, undefined> {
  for await (const record of readRecords(folder, 'plan')) if (record.kind === 'sample') yield record;
}

/** Whether there is a run with a manifest that is not empty. */
export async function hasManifest(folder: RunFolder): Promise<boolean> {
  return ((await stat(folder.manifest).catch(() => undefined))?.size ?? 0) > 0;
}

/**
 * Whether the manifest there is one of a run, also of a later version or with damage further on: other programs, and pages for
 * the web, have a manifest.json too.
 */
export async function hasOwnManifest({ manifest }: RunFolder): Promise<boolean> {
  const text = await readFile(manifest, 'utf8').catch(unless('ENOENT', 'EISDIR', 'ENOTDIR'));
  return text?.includes('"maskbenchVersion"') === true;
}

/**
 * Makes the folder of a new run, or finds one to resume.
 *
 * @param canOverwrite whether the command that makes the run has --overwrite
 * @returns whether a run is there already.
 * @throws MaskbenchError `run.exists`: a run is there and `resume` was not asked for, or the folder holds other files, or lies
 *   in that of another run.
 */
export async function enterRunFolder(
  folder: RunFolder,
  resume: boolean,
  canOverwrite = false,
): Promise<boolean> {
  const manifest = await stat(folder.manifest).catch(() => undefined);
  if (manifest === undefined) await assertInNoRun(folder.path);
  await makeFolder(folder.path);
  if (manifest !== undefined) {
    // An empty one is made anew: what was lost with it is in the config, and what was done has keys.
    if (resume) return hasManifest(folder);
    throw new MaskbenchError('run.exists', 'a run is already there', {
      where: folder.path,
      remedy: `continue it with --resume, ${canOverwrite ? 'replace it with --overwrite, ' : ''}or choose another folder with --out`,
    });
  }
  // A run that was killed before its manifest was in place leaves a lock, a temporary plan or a draft of the manifest.
  const foreign = (await readdir(folder.path)).find((name) => !name.startsWith('.lock') && !isRemains(name));
  if (foreign !== undefined) {
    throw new MaskbenchError('run.exists', `the folder holds other files (${foreign})`, {
      where: folder.path,
      remedy: 'choose an empty or new folder with --out',
    });
  }
  return false;
}

/** A run in the folder of another one would go with that, and be taken for a part of it. */
async function assertInNoRun(path: string): Promise<void> {
  for (let above = dirname(resolve(path)); above !== dirname(above); above = dirname(above)) {
    if (!(await hasOwnManifest(runFolder(above)).catch(() => false))) continue;
    throw new MaskbenchError('run.exists', 'the folder lies in that of another run', {
      where: above,
      remedy: 'choose a folder beside it with --out',
    });
  }
}

/** What there is to say of a place that is no run folder; a file may be one of a run. */
export function noRun(path: string): {
  readonly message: string;
  readonly where: string;
  readonly remedy: string;
} {
  const expected = 'expected a folder with manifest.json, as "maskbench run" writes it';
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    const remedy = hintFor(basename(path), runsIn(dirname(path)), expected);
    return { message: 'no such run folder', where: path, remedy };
  }
  if (!found.isFile()) {
    const runs = runsIn(path);
    const remedy = runs.length === 0 ? expected : `name one of the runs in it: ${listed(runs)}`;
    return { message: 'no run in this folder', where: path, remedy };
  }
  const isOfRun = existsSync(runFolder(dirname(path)).manifest);
  const remedy = isOfRun ? `name the folder that it is in, ${dirname(path)}` : expected;
  return { message: 'this is a file, and no run folder', where: path, remedy };
}

/** Why runs could not be looked for in a folder; any other error as it is. */
export function noFolderOfRuns(folder: string, cause: unknown): unknown {
  const code = systemCode(cause);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return cause;
  const isFile = existsSync(folder);
  return new MaskbenchError('data.missing', isFile ? 'this is a file, and no folder' : 'no such folder', {
    where: folder,
    remedy: 'name the folder that your runs are in',
    cause,
  });
}

/** Names of the run folders in a folder, sorted; none where it cannot be read. */
export function runsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).sort();
    return names.filter((name) => existsSync(runFolder(join(folder, name)).manifest));
  } catch {
    return [];
  }
}

/**
 * @throws MaskbenchError `data.missing` (no run there), `run.mismatch` (written by a later version) or `data.unreadable`.
 */
export async function readManifest(folder: RunFolder): Promise<Manifest> {
  const manifest = await readDocument(folder.manifest, manifestSchema, {
    versions: { schemaVersion: MANIFEST_VERSION, recordsVersion: RECORDS_VERSION },
    missing: noRun(folder.path),
    remedy: 'restore it, or start a new run in another folder; an empty one is made anew by --resume',
  });
  noteProtocols(manifest.protocols ?? [], folder.path, manifest.settings.scoring);
  return manifest;
}

/** Pretty JSON, in place and on the disk whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}
