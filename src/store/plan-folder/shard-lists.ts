import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { parseLine, readLines, type Line } from '../../core/jsonl.js';
import { count, figure, text, type Document } from '../../schema/basics.js';
import { planRecord, type PlanRecord } from '../records.js';
import type { PlanDocument } from './plan-document.js';
import type { PlanFolder } from './plan-folder.js';

/** A line of shards.jsonl. */
const shardLine = z.object({
  shard: count,
  sha256: text,
  samples: count,
  problems: count,
  /** Relative to that of other shards (`costOf`). */
  cost: figure,
});
export type ShardLine = Document<typeof shardLine>;

/**
 * Every shard of a plan in order, from a list that is the plan's own.
 *
 * @throws MaskbenchError `run.damaged` where the list is another one, after its last line.
 */
export async function* readShardLines(
  folder: PlanFolder,
  { shards }: Pick<PlanDocument, 'shards'>,
): AsyncGenerator<ShardLine, void, undefined> {
  for await (const line of linesOf(folder, shards)) yield parseLine(line, folder.index, shardLine);
}

/**
 * One shard of a plan. All others are passed over unread, so that a plan of many shards costs one of them little.
 *
 * @throws MaskbenchError as `readShardLines`
 */
export async function readShardLine(
  folder: PlanFolder,
  { shards }: Pick<PlanDocument, 'shards'>,
  shard: number,
): Promise<ShardLine> {
  let found: ShardLine | undefined;
  for await (const line of linesOf(folder, shards))
    if (line.number === shard) found = parseLine(line, folder.index, shardLine);
  if (found?.shard === shard) return found;
  throw notOfPlan(folder.index, `it has no shard ${shard}`);
}

async function* linesOf(
  { index }: PlanFolder,
  { sha256, count: lines }: PlanDocument['shards'],
): AsyncGenerator<Line, void, undefined> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const line of readLines(index, (bytes) => hash.update(bytes))) {
    read++;
    yield line;
  }
  if (read !== lines || hash.digest('hex') !== sha256)
    throw notOfPlan(index, `it is not the list of shards of this plan (${read} of ${lines} shards)`);
}

/** A record of a shard's list, and the line as it stands there. */
export interface ListedRecord {
  readonly record: PlanRecord;
  readonly text: string;
}

/**
 * What is planned in a shard, in order.
 *
 * @throws MaskbenchError `run.damaged`, after the last record, where the list is not the one that was planned; `data.unreadable`.
 */
export async function* readShard(
  folder: PlanFolder,
  { shard, sha256, samples, problems }: ShardLine,
): AsyncGenerator<ListedRecord, void, undefined> {
  const path = folder.shard(shard);
  const hash = createHash('sha256');
  let records = 0;
  for await (const line of readLines(path, (bytes) => hash.update(bytes))) {
    records++;
    yield { record: parseLine(line, path, planRecord), text: line.text };
  }
  if (records === 0 && samples + problems > 0) throw notOfPlan(path, `the list of shard ${shard} is missing`);
  if (hash.digest('hex') !== sha256)
    throw notOfPlan(
      path,
      `it is not the list of shard ${shard} that was planned (${records} of ${samples + problems} lines)`,
    );
}

function notOfPlan(where: string, message: string): MaskbenchError {
  return new MaskbenchError('run.damaged', message, {
    where,
    remedy: 'restore the plan as it was, or plan again in another folder',
  });
}

/** All that is planned, shard after shard. */
export async function* plannedIn(
  folder: PlanFolder,
  plan: PlanDocument,
): AsyncGenerator<PlanRecord, void, undefined> {
  for await (const line of readShardLines(folder, plan))
    for await (const { record } of readShard(folder, line)) yield record;
}
