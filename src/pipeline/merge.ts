import { constants, existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import { canonicalJson } from '../core/hash.js';
import type { Summary } from '../schema/summary.js';
import { createFingerprint } from '../datasets/fingerprint.js';
import { openJsonl, parseLine, readLines, type JsonlWriter } from '../core/jsonl.js';
import { makeFolder, syncFile, syncFolder } from '../core/sync.js';
import { writeWhole } from '../core/write-whole.js';
import { openCells } from '../store/cells.js';
import { metricsOfRun } from '../store/metric-set.js';
import { assertFinished, readEvidence, sealRun } from '../store/evidence.js';
import { removeSeal } from '../store/seal.js';
import type { Evidence } from '../schema/evidence.js';
import { lockRun } from '../store/lock.js';
import type { LockOptions } from '../store/lock-options.js';
import { sayReading, VALUES_FIELDS, VALUES_FLAGS } from '../datasets/values/contradiction.js';
import { mergeDecided, readingsOf } from '../store/run-readings.js';
import { RECORDS_VERSION, type Manifest, type RunDataset, type RunSettings } from '../store/manifest.js';
import type { PlanRecord } from '../store/records.js';
import {
  enterRunFolder,
  linesFiles,
  MERGING,
  plannedSamples,
  readManifest,
  readRecords,
  RUN_FILES,
  runFolder,
  writeJson,
  type RunFolder,
} from '../store/run-folder.js';
import { explainWriteError } from './run.js';
import { writeSummary } from './summarise.js';

type Finish = (merged: Summary) => Promise<void>;

interface Part {
  readonly folder: RunFolder;
  readonly manifest: Manifest;
  readonly evidence: Evidence;
}

/**
 * Puts the shards of one run (`--shard 1/n` ... `n/n`) together into a new run folder, mattes included. What becomes
 * of each file is said where the files of a run are listed (`RUN_FILES`). The result is sealed; of shards that are not all
 * sealed by themselves, as sealed later.
 * A mark lies in the folder until `finish` is done too, so that a merge which was killed at any moment can be asked for again.
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
  const parts: Part[] = [];
  for (const path of paths) {
    const folder = runFolder(path);
    const manifest = await readManifest(folder);
    const evidence = await readEvidence(folder, manifest);
    assertFinished(evidence, path);
    parts.push({ folder, manifest, evidence });
  }
  assertOneRun(parts);
  try {
    return await mergeInto(runFolder(out), parts, options, finish);
  } catch (error) {
    throw explainWriteError(error, out, 'merge again');
  }
}

async function mergeInto(
  target: RunFolder,
  parts: readonly Part[],
  options: LockOptions,
  finish: Finish,
): Promise<Summary> {
  const mark = join(target.path, MERGING);
  const wasKilled = (): boolean => existsSync(mark);
  if (!wasKilled()) await enterRunFolder(target, false);
  const lock = await lockRun(target.path, options);
  try {
    // Under the lock: another process may have been here in between.
    if (wasKilled()) await removeParts(target);
    else await enterRunFolder(target, false);
    await writeWhole(mark, '');
    const [first] = parts;
    const plan = await mergePlans(parts, first.manifest.settings);
    const settings: RunSettings = { ...first.manifest.settings, shard: null, datasets: plan.datasets };
    const createdAt = new Date().toISOString();
    const manifest: Manifest = {
      ...first.manifest,
      // Lines of 0.1 get their sums when they are copied.
      recordsVersion: RECORDS_VERSION,
      createdAt,
      settings,
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
      await writeLines(target[file], async ({ appendLine }) => {
        for (const path of there) {
          for await (const line of readLines(path)) {
            parseLine(line, path, RUN_FILES[file].line);
            // As it stands: a later version may have written more into it than this one knows.
            await appendLine(line.text);
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

/** Removes what a killed merge had come to: all of it is in the shards. */
async function removeParts(folder: RunFolder): Promise<void> {
  await removeSeal(folder);
  const names = [...Object.values(RUN_FILES).map(({ name }) => name), 'predictions'];
  for (const name of names) await rm(join(folder.path, name), { recursive: true, force: true });
}

/** The metrics that all shards were scored by. */
async function commonMetrics(parts: readonly Part[]): Promise<readonly string[]> {
  const sets: (readonly string[])[] = [];
  for (const { folder, manifest } of parts)
    sets.push((await metricsOfRun(folder, manifest)).map(({ meta }) => meta.id));
  return sets[0].filter((id) => sets.every((ids) => ids.includes(id)));
}

function assertOneRun(parts: readonly Part[]): void {
  const refuse = (message: string, where: string): never => {
    throw new MaskbenchError('run.mismatch', message, {
      where,
      remedy: 'merge all n shards of one config, once each',
    });
  };
  const [first] = parts;
  const shards = first.manifest.settings.shard?.[1] ?? 0;
  const seen = new Set<number>();
  for (const { folder, manifest } of parts) {
    const { shard } = manifest.settings;
    if (shard === null) return refuse('this run is not a shard', folder.path);
    for (const key of ['models', 'device', 'runner', 'scoring', 'limit'] as const) {
      const same = canonicalJson(manifest.settings[key]) === canonicalJson(first.manifest.settings[key]);
      if (!same) {
        const models = ({ settings }: Manifest): readonly object[] =>
          settings.models.map(({ spec, ...file }) => ({ ...spec, ...file }));
        const where = key === 'models' ? differenceOf(models(manifest), models(first.manifest)) : '';
        refuse(`its ${key} differ from those of ${first.folder.path}${where}`, folder.path);
      }
    }
    const specs = ({ settings }: Manifest): readonly object[] => settings.datasets.map(({ spec }) => spec);
    if (canonicalJson(specs(manifest)) !== canonicalJson(specs(first.manifest))) {
      const where = differenceOf(specs(manifest), specs(first.manifest));
      refuse(`its datasets differ from those of ${first.folder.path}${where}`, folder.path);
    }
    for (const [i, dataset] of manifest.settings.datasets.entries()) {
      const other = first.manifest.settings.datasets[i];
      if (readingsOf(dataset) === readingsOf(other)) continue;
      const [own, theirs] = [dataset, other].map(({ truths }) =>
        truths === undefined ? 'unknown' : sayReading(truths.reading),
      );
      throw new MaskbenchError(
        'run.mismatch',
        `its masks of ${dataset.name} were read in another way (${own}) than those of ${first.folder.path} (${theirs})`,
        {
          where: folder.path,
          remedy: `set ${VALUES_FIELDS.truths} (${VALUES_FIELDS.masks}; of score ${VALUES_FLAGS.truths} and ${VALUES_FLAGS.masks}) for the whole, and run the shards again`,
        },
      );
    }
    if (shard[1] !== shards) refuse(`it is shard ${shard.join('/')}, not one of ${shards}`, folder.path);
    if (seen.has(shard[0])) refuse(`shard ${shard.join('/')} is there twice`, folder.path);
    seen.add(shard[0]);
  }
  for (let i = 1; i <= shards; i++)
    if (!seen.has(i)) refuse(`shard ${i}/${shards} is missing`, first.folder.path);
}

/** Records in the order of an unsharded plan: datasets as configured, ids by code units. */
async function mergePlans(
  parts: readonly Part[],
  { datasets }: RunSettings,
): Promise<{ readonly records: readonly PlanRecord[]; readonly datasets: RunSettings['datasets'] }> {
  const records: PlanRecord[] = [];
  for (const { folder } of parts)
    for await (const record of readRecords(folder, 'plan')) records.push(record);
  const rank = new Map(datasets.map(({ name }, i) => [name, i]));
  const place = ({ dataset }: PlanRecord): number => rank.get(dataset) ?? 0;
  records.sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const merged = datasets.map((dataset) => {
    const own = records.filter((record) => record.dataset === dataset.name);
    const fingerprint = createFingerprint();
    for (const record of own) if (record.kind === 'sample') fingerprint.add(record.id, record);
    const samples = own.filter(({ kind }) => kind === 'sample').length;
    return { ...dataset, fingerprint: fingerprint.digest(), samples, problems: own.length - samples };
  });
  return { records, datasets: merged.map((dataset, i) => withReadings(dataset, parts, i)) };
}

/** What all shards saw of a dataset's masks. */
function withReadings(dataset: RunDataset, parts: readonly Part[], index: number): RunDataset {
  const own = parts.map(({ manifest }) => manifest.settings.datasets[index]);
  const truths = own.flatMap((of) => of.truths ?? []);
  const masks = Object.keys(dataset.masks ?? {}).map((model) => {
    const decided = own.flatMap((of) => of.masks?.[model] ?? []);
    return [model, decided.reduce(mergeDecided)] as const;
  });
  return {
    ...dataset,
    ...(truths.length === 0 ? {} : { truths: truths.reduce(mergeDecided) }),
    ...(masks.length === 0 ? {} : { masks: Object.fromEntries(masks) }),
  };
}

async function copyMattes({ folder, manifest }: Part, to: RunFolder): Promise<void> {
  const cells = await openCells(folder, manifest.settings, { mattes: true });
  const folders = new Set<string>();
  for await (const { dataset, id } of plannedSamples(folder)) {
    for (const model of cells.models) {
      if (!cells.isPredicted(model, { dataset, id })) continue;
      const target = to.matte(model, dataset, id);
      await makeFolder(dirname(target));
      folders.add(dirname(target));
      await copyFile(folder.matte(model, dataset, id), target, constants.COPYFILE_FICLONE);
      await syncFile(target);
    }
  }
  for (const of of folders) await syncFolder(of);
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

/** In which fields the first two things of two lists differ that are not the same: ` (truths of gt)`. */
function differenceOf(own: readonly object[], theirs: readonly object[]): string {
  if (own.length !== theirs.length) return '';
  for (const [i, one] of own.entries()) {
    const [mine, other] = [one, theirs[i]].map((of) => new Map<string, unknown>(Object.entries(of)));
    const differs = (key: string): boolean =>
      canonicalJson(mine.get(key) ?? null) !== canonicalJson(other.get(key) ?? null);
    const fields = [...new Set([...mine.keys(), ...other.keys()])].filter(differs);
    if (fields.length > 0) return ` (${fields.join(', ')} of ${String(mine.get('name'))})`;
  }
  return '';
}
