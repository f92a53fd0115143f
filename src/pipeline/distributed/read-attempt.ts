import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { hashFile } from '../../core/hash-file.js';
import { canonicalJson } from '../../core/hash.js';
import { counted } from '../../core/text.js';
import { openCells } from '../../store/cells.js';
import { assertFinished, readEvidence } from '../../store/evidence.js';
import { keepsAll } from '../../store/kept-mattes.js';
import type { Manifest } from '../../store/manifest.js';
import type { PlanDocument } from '../../store/plan-folder/plan-document.js';
import { TIMES, type PlanFolder } from '../../store/plan-folder/plan-folder.js';
import type { PlanStore } from '../../store/plan-folder/plan-store.js';
import type { Publication, TimesPublication } from '../../store/plan-folder/publication.js';
import type { ShardLine } from '../../store/plan-folder/shard-lists.js';
import {
  plannedSamples,
  readManifest,
  RUN_FILES,
  runFolder,
  type RunFolder,
} from '../../store/run-folder.js';
import { readSeal } from '../../store/seal.js';
import { mattesToKeep } from '../../store/worst-cells.js';

/** An attempt that is the result of its shard. */
interface Attempt {
  readonly folder: RunFolder;
  readonly manifest: Manifest;
}

/**
 * Opens a published attempt, without looking at its records.
 *
 * @throws MaskbenchError `data.missing` where its folder is gone; `run.mismatch` or `run.damaged` where it is not what was published of
 *   this shard of this plan, naming what.
 */
export async function openAttempt(
  at: PlanFolder,
  plan: PlanDocument,
  { shard, attempt, root }: Publication,
): Promise<Attempt> {
  const folder = runFolder(at.attempt(shard, attempt));
  const refuse = (code: 'data.missing' | 'run.damaged' | 'run.mismatch', message: string): never => {
    throw new MaskbenchError(code, message, {
      where: folder.path,
      remedy: `restore it, or "maskbench work ${at.path} --shard ${shard} --again"`,
    });
  };
  if (!existsSync(folder.manifest))
    refuse('data.missing', `the attempt that shard ${shard} was published by is gone`);
  const manifest = await readManifest(folder);
  const { settings } = manifest;
  if (manifest.plan !== plan.root) refuse('run.mismatch', `it is an attempt at a shard of another plan`);
  if (canonicalJson(settings.shard) !== canonicalJson([shard, plan.shards.count]))
    refuse('run.mismatch', `it is an attempt at another shard than ${shard} of ${plan.shards.count}`);
  const other = settings.models.find(
    (model, i) => canonicalJson(model) !== canonicalJson(plan.settings.models[i] ?? null),
  );
  if (other !== undefined || settings.models.length !== plan.settings.models.length)
    refuse(
      'run.mismatch',
      `it was made with other files or another spec of ${other?.spec.name ?? 'a model'}`,
    );
  const differs = (['device', 'runner', 'scoring', 'limit', 'sample', 'mattes', 'plugins'] as const).find(
    (key) => canonicalJson(settings[key] ?? null) !== canonicalJson(plan.settings[key] ?? null),
  );
  if (differs !== undefined)
    refuse('run.mismatch', `it was made under other settings than the plan: ${differs}`);
  const seal = await readSeal(folder);
  if (seal === undefined) return refuse('run.damaged', 'it has no seal');
  if (seal.root !== root) refuse('run.damaged', 'its seal is another one than that it was published with');
  return { folder, manifest };
}

/**
 * Reads an attempt from end to end: what its seal says of every file, and that it has every cell of the shard once, and no other.
 *
 * @throws MaskbenchError `run.damaged`, `data.unreadable` or `run.unfinished`, naming what.
 */
export async function auditAttempt(
  { folder, manifest }: Attempt,
  { shard, sha256 }: ShardLine,
): Promise<void> {
  const refuse = (message: string): never => {
    throw new MaskbenchError('run.damaged', message, {
      where: folder.path,
      remedy: `restore it, or work on shard ${shard} again with --again`,
    });
  };
  assertFinished(await readEvidence(folder, manifest), folder.path);
  const plan = (await readSeal(folder))?.files[RUN_FILES.plan.name];
  if (plan?.sha256 !== sha256) refuse(`it was made of other samples than those of shard ${shard}`);
  const cells = await openCells(folder, manifest.settings, { mattes: true });
  const { settings } = manifest;
  if (keepsAll(settings) && cells.countDamaged() === 0) return;
  const isToKeep = await mattesToKeep(settings, cells);
  let lost = 0;
  let first = '';
  for await (const { dataset, id } of plannedSamples(folder))
    for (const model of cells.models)
      if (
        cells.isDamaged(model, { dataset, id }) ||
        (cells.isGone(model, { dataset, id }) && isToKeep(model, { dataset, id }))
      )
        if (lost++ === 0) first = `${model}/${dataset}/${id}`;
  if (lost > 0) refuse(`${counted(lost, 'matte')} missing or empty: the first is ${first}`);
}

/**
 * Opens an attempt with the times of a plan on machines of one kind.
 *
 * @throws MaskbenchError `run.damaged` where its files are not those that were published, or `run.mismatch` if it is of another plan.
 */
export async function openTimes(
  store: PlanStore,
  plan: PlanDocument,
  of: TimesPublication,
): Promise<Attempt> {
  await store.bringAttempt(TIMES, of);
  const folder = runFolder(store.folder.attempt(TIMES, of.attempt));
  for (const [name, { sha256 }] of Object.entries(of.files)) {
    if ((await hashFile(join(folder.path, name))) === sha256) continue;
    throw new MaskbenchError('run.damaged', `${name} is not as it was published`, {
      where: folder.path,
      remedy: 'restore it, or take the times again with "maskbench work --time --again"',
    });
  }
  const manifest = await readManifest(folder);
  if (manifest.plan === plan.root) return { folder, manifest };
  throw new MaskbenchError('run.mismatch', 'these are times of another plan', { where: folder.path });
}
