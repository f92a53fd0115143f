import { opendir, readdir } from 'node:fs/promises';
import { MaskbenchError } from '../../core/errors.js';
import { unless } from '../../core/system-code.js';
import { counted } from '../../core/text.js';
import { DRAFT_ENDING } from '../../core/write-whole.js';
import type { PlanDocument } from '../../store/plan-folder/plan-document.js';
import { planFolder, shardName, type PlanFolder } from '../../store/plan-folder/plan-folder.js';
import type { PlanStore } from '../../store/plan-folder/plan-store.js';
import {
  readPublication,
  readTimesNamed,
  type Publication,
  type TimesPublication,
} from '../../store/plan-folder/publication.js';
import { readShardLines, type ShardLine } from '../../store/plan-folder/shard-lists.js';
import { rangesOf } from './shard-ranges.js';

const TIMES_NAME = /^time-([0-9a-f]{12})\.json$/;

/** How many results there are, of shards and of kinds of machines that times were taken on: by their names alone. */
export async function countPublished({
  published,
}: PlanFolder): Promise<{ readonly shards: number; readonly times: number }> {
  const names = (await readdir(published).catch(unless('ENOENT'))) ?? [];
  return {
    shards: names.filter((name) => /^\d+\.json$/.test(name)).length,
    times: names.filter((name) => TIMES_NAME.test(name)).length,
  };
}

/** A shard with its result, if it has one. */
interface Shard {
  readonly line: ShardLine;
  readonly publication: Publication | undefined;
}

/**
 * Every shard of a plan, in order, each once.
 *
 * @throws MaskbenchError `run.damaged` for a list or a result that is not of this plan.
 */
export async function* shardsOf(
  folder: PlanFolder,
  plan: PlanDocument,
): AsyncGenerator<Shard, void, undefined> {
  for await (const line of readShardLines(folder, plan))
    yield { line, publication: await readPublication(folder, line.shard, plan.root) };
}

/**
 * The results that were read, as they still are.
 *
 * @param roots theirs, as far as they were read
 * @throws MaskbenchError `run.lost` where a shard has another by now: "work --again" replaces them, and may do so at any moment.
 */
export async function* sameResults(
  folder: PlanFolder,
  plan: PlanDocument,
  roots: readonly string[],
): AsyncGenerator<Publication, void, undefined> {
  let at = 0;
  for await (const { line, publication } of shardsOf(folder, plan)) {
    const root = roots[at++];
    if (root === undefined) return;
    if (publication?.root !== root)
      throw new MaskbenchError('run.lost', `shard ${line.shard} got another result while it was merged`, {
        where: folder.path,
        remedy: 'merge again',
      });
    yield publication;
  }
}

/** What `sameResults` says of the results as they are now; nothing where they cannot be looked at either, as on a full disk. */
export async function lostResult(
  store: PlanStore,
  plan: PlanDocument,
  roots: readonly string[],
): Promise<MaskbenchError | undefined> {
  try {
    await store.bringResults();
    for await (const _ of sameResults(store.folder, plan, roots)) continue;
  } catch (error) {
    if (error instanceof MaskbenchError && error.code === 'run.lost') return error;
  }
  return undefined;
}

/** The times of a plan by kind of machine, as they are called. @throws MaskbenchError as `readTimesNamed`. */
export async function publishedTimes(
  folder: PlanFolder,
  plan: PlanDocument,
): Promise<ReadonlyMap<string, TimesPublication>> {
  const names = (await readdir(folder.published).catch(unless('ENOENT'))) ?? [];
  const found = new Map<string, TimesPublication>();
  for (const name of names.flatMap((file) => TIMES_NAME.exec(file)?.[1] ?? []).sort())
    found.set(name, await readTimesNamed(folder, name, plan.root));
  return found;
}

/** @throws MaskbenchError `run.unfinished`, naming the shards that are not. */
export async function assertAllPublished(folder: PlanFolder, plan: PlanDocument): Promise<void> {
  const missing: number[] = [];
  for await (const { line, publication } of shardsOf(folder, plan))
    if (publication === undefined) missing.push(line.shard);
  if (missing.length > 0) throw notPublished(folder, plan, missing);
}

/** Says of shards that they have no result. */
export function notPublished(
  folder: PlanFolder,
  plan: PlanDocument,
  missing: readonly number[],
): MaskbenchError {
  const { count } = plan.shards;
  return new MaskbenchError(
    'run.unfinished',
    `${counted(missing.length, 'shard')} of ${count} not published: ${rangesOf(missing)}`,
    {
      where: folder.path,
      remedy: `"maskbench status ${folder.path}" says why; work on them again, as --array=${rangesOf(missing)}`,
    },
  );
}

/** @throws MaskbenchError `run.damaged` for a result that is of no shard of the plan, or of one under another name. */
export async function assertNoStrangers({ path }: PlanFolder, { shards }: PlanDocument): Promise<void> {
  const { published } = planFolder(path);
  const names = await opendir(published).catch(unless('ENOENT'));
  for await (const { name } of names ?? []) {
    if (DRAFT_ENDING.test(name) || TIMES_NAME.test(name)) continue;
    const shard = Number.parseInt(name, 10);
    if (name === `${shardName(shard)}.json` && shard >= 1 && shard <= shards.count) continue;
    throw new MaskbenchError('run.damaged', `${name} is the result of no shard of this plan`, {
      where: published,
      remedy: 'remove it: every shard has one result, by its number',
    });
  }
}
