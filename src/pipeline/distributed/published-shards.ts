import { opendir } from 'node:fs/promises';
import { MaskbenchError } from '../../core/errors.js';
import { unless } from '../../core/system-code.js';
import { DRAFT_ENDING } from '../../core/write-whole.js';
import type { PlanDocument } from '../../store/plan-folder/plan-document.js';
import { planFolder, shardName, type PlanFolder } from '../../store/plan-folder/plan-folder.js';
import { readPublication, type Publication } from '../../store/plan-folder/publication.js';
import { readShardLines, type ShardLine } from '../../store/plan-folder/shard-lists.js';

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

/** @throws MaskbenchError `run.damaged` for a result that is of no shard of the plan, or of one under another name. */
export async function assertNoStrangers({ path }: PlanFolder, { shards }: PlanDocument): Promise<void> {
  const { published } = planFolder(path);
  const names = await opendir(published).catch(unless('ENOENT'));
  for await (const { name } of names ?? []) {
    if (DRAFT_ENDING.test(name) || /^time-[0-9a-f]{12}\.json$/.test(name)) continue;
    const shard = Number.parseInt(name, 10);
    if (name === `${shardName(shard)}.json` && shard >= 1 && shard <= shards.count) continue;
    throw new MaskbenchError('run.damaged', `${name} is the result of no shard of this plan`, {
      where: published,
      remedy: 'remove it: every shard has one result, by its number',
    });
  }
}

/** `3,7-9`: what engines take for an array. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const n of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(',');
}
