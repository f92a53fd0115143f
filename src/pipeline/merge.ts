import { constants, existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Summary } from '../schema/summary.js';
import { canonicalJson } from '../core/hash.js';
import { explainWriteError } from '../core/failed-write.js';
import { openJsonl, parseLine, readLines, type JsonlWriter } from '../core/jsonl.js';
import { eachToDisk, makeFolder, syncFile, syncFolder } from '../core/sync.js';
import { writeWhole } from '../core/write-whole.js';
import { openCells } from '../store/cells.js';
import { assertFinished, readEvidence, sealRun } from '../store/evidence.js';
import { removeSeal } from '../store/seal.js';
import { lockRun } from '../store/lock.js';
import type { LockOptions } from '../store/lock-options.js';
import { readSummary } from '../store/read-summary.js';
import { RECORDS_VERSION, type Manifest, type RunSettings } from '../store/manifest.js';
import {
  enterRunFolder,
  linesFiles,
  plannedSamples,
  readManifest,
  RUN_FILES,
  runFolder,
  writeJson,
  type RunFolder,
} from '../store/run-folder.js';
import { MERGING, removeRemains } from '../store/remains.js';
import { assertOneRun, commonMetrics, mergePlans, type Shard } from './shards.js';
import { writeSummary } from './summarise.js';

type Finish = (merged: Summary) => Promise<void>;

/**
 * Puts the shards of one run (`--shard 1/n` ... `n/n`) together into a new run folder, mattes included. What becomes
 * of each file is said where the files of a run are listed (`RUN_FILES`). The result is sealed; of shards that are not all
 * sealed by themselves, as sealed later.
 * A mark lies in the folder until `finish` is done too, so that a merge which was killed at any moment can be asked for again;
 * asked for again when it was done, sealed shards come to what is there.
 *
 * @param finish what belongs to the run besides, such as its reports
 * @throws MaskbenchError `run.damaged` or `run.unfinished`, naming the shard; `run.mismatch` naming what differs, which shard is missing or there twice; `run.exists`.
 */
export async function mergeRuns(
  paths: readonly string[],
  out: string,
  options: LockOptions = {},
  finish: Finish = async () => undefined,
): Promise<Summary> {
  const parts: Shard[] = [];
  for (const path of paths) {
    const folder = runFolder(path);
    const manifest = await readManifest(folder);
    const evidence = await readEvidence(folder, manifest);
    assertFinished(evidence, path);
    parts.push({ folder, manifest, evidence });
  }
  assertOneRun(parts);
  try {
    const there = await mergedBefore(runFolder(out), parts);
    if (there !== undefined) return there;
    return await mergeInto(runFolder(out), parts, options, finish);
  } catch (error) {
    throw explainWriteError(error, out, 'merge again');
  }
}

async function mergeInto(
  target: RunFolder,
  parts: readonly Shard[],
  options: LockOptions,
  finish: Finish,
): Promise<Summary> {
  const [first] = parts;
  const plan = await mergePlans(parts, first.manifest.settings);
  const mark = join(target.path, MERGING);
  const wasKilled = (): boolean => existsSync(mark);
  if (!wasKilled()) await enterRunFolder(target, false);
  const lock = await lockRun(target.path, options);
  try {
    // Under the lock: another process may have been here in between.
    if (wasKilled()) await removeParts(target);
    else await enterRunFolder(target, false);
    await writeWhole(mark, '');
    await removeRemains(target.path, (name) => name !== MERGING);
    const settings: RunSettings = { ...first.manifest.settings, shard: null, datasets: plan.datasets };
    const createdAt = new Date().toISOString();
    const manifest: Manifest = {
      ...first.manifest,
      // Lines of 0.1 get their sums when they are copied.
      recordsVersion: RECORDS_VERSION,
      createdAt,
      settings,
      ...mergedFrom(parts),
      ...passesOf(parts),
      metrics: await commonMetrics(parts),
    };
    await writeLines(target.plan, async ({ append }) => {
      for (const record of plan.records) await append(record);
    });
    for (const part of parts) await copyMattes(part, target);
    const oneMachine = new Set(parts.map(({ manifest: { environment } }) => environment.cpu)).size === 1;
    for (const file of linesFiles('lines', ...(oneMachine ? (['lines-of-one-machine'] as const) : []))) {
      const there = parts.map(({ folder }) => folder[file]).filter((path) => existsSync(path));
      if (there.length === 0) continue;
      await writeLines(target[file], async ({ appendLines }) => {
        for (const path of there) {
          for await (const line of readLines(path)) {
            parseLine(line, path, RUN_FILES[file].line);
            // As it stands: a later version may have written more into it than this one knows.
            await appendLines(line.text);
          }
        }
      });
    }
    const summary = await writeSummary(target, manifest);
    await lock.assertHeld();
    await writeJson(target.manifest, manifest);
    const later = parts.some(({ evidence }) => evidence.kind !== 'sealed' || evidence.later !== undefined);
    const merged = { ...summary, evidence: await sealRun(target, manifest, { later }) };
    await finish(merged);
    await rm(mark);
    return merged;
  } finally {
    await lock.release();
  }
}

/** How the passes of all of them went. */
function passesOf(parts: readonly Shard[]): Pick<Manifest, 'passes'> {
  const passes = parts.flatMap(({ manifest }) => manifest.passes ?? []);
  return passes.length === 0 ? {} : { passes };
}

function mergedFrom(parts: readonly Shard[]): Pick<Manifest, 'mergedFrom'> {
  const roots = parts.flatMap(({ evidence }) => (evidence.kind === 'sealed' ? [evidence.root] : []));
  return roots.length === parts.length ? { mergedFrom: roots.sort() } : {};
}

/** What a merge of these very shards came to, if it was done before: a killed one may have been at its very end. */
async function mergedBefore(target: RunFolder, parts: readonly Shard[]): Promise<Summary | undefined> {
  if (![target.seal, target.manifest].every(existsSync) || existsSync(join(target.path, MERGING)))
    return undefined;
  const manifest = await readManifest(target);
  const from = mergedFrom(parts);
  if (
    from.mergedFrom === undefined ||
    canonicalJson(from.mergedFrom) !== canonicalJson(manifest.mergedFrom ?? [])
  )
    return undefined;
  return { ...(await readSummary(target)), evidence: await readEvidence(target, manifest) };
}

/** Removes what a killed merge had come to: all of it is in the shards. */
async function removeParts(folder: RunFolder): Promise<void> {
  await removeSeal(folder);
  const names = [...Object.values(RUN_FILES).map(({ name }) => name), 'predictions'];
  for (const name of names) await rm(join(folder.path, name), { recursive: true, force: true });
}

async function copyMattes({ folder, manifest }: Shard, to: RunFolder): Promise<void> {
  const cells = await openCells(folder, manifest.settings, { mattes: true });
  const folders = new Set<string>();
  async function* mattes(): AsyncGenerator<{ readonly from: string; readonly target: string }> {
    for await (const { dataset, id } of plannedSamples(folder)) {
      for (const model of cells.models) {
        if (!cells.isPredicted(model, { dataset, id })) continue;
        const target = to.matte(model, dataset, id);
        const of = dirname(target);
        if (!folders.has(of)) await makeFolder(of);
        folders.add(of);
        yield { from: folder.matte(model, dataset, id), target };
      }
    }
  }
  await eachToDisk(mattes(), async ({ from, target }) => {
    await copyFile(from, target, constants.COPYFILE_FICLONE);
    await syncFile(target);
  });
  await eachToDisk(folders, syncFolder);
}

async function writeLines(path: string, write: (writer: JsonlWriter) => Promise<void>): Promise<void> {
  const writer = await openJsonl(path);
  try {
    await write(writer);
    await writer.sync();
  } finally {
    await writer.close();
  }
}
