import { join } from 'node:path';

/**
 * Paths of a plan that many processes work on; nothing is opened or created.
 *
 *     plan.json             models, datasets, settings and the digest of all: what makes it this plan
 *     shards.jsonl          a line per shard: the digest of its list, and what it costs
 *     shards/0001.jsonl     the samples of one shard, as in the plan of a run; read by itself
 *     shards/0000.jsonl     the samples that times are taken of
 *     weights/<model>/      the models' files, so that no shard fetches them
 *     attempts/0001/<token>/  a run of one shard by one process, an ordinary run folder
 *     published/0001.json   which attempt is the shard's result, with its digests; there once and whole
 *     published/time-<pool>.json  which attempt has the times on one kind of machine
 *     files.cache           what planning knows of the files that it has read: only saves time
 */
export interface PlanFolder {
  readonly path: string;
  readonly document: string;
  readonly index: string;
  readonly weights: string;
  readonly cache: string;
  /** Of one shard, counted from 1. */
  shard(shard: number): string;
  attempts(shard: number): string;
  attempt(shard: number, token: string): string;
  /** What an attempt that ended by an error said last. */
  ended(shard: number, token: string): string;
  readonly published: string;
  publication(shard: number): string;
  /** Of the times on machines of one kind, by the digest of what that is. */
  times(pool: string): string;
}

export function planFolder(path: string): PlanFolder {
  const attempts = (shard: number): string => join(path, 'attempts', shardName(shard));
  const published = join(path, 'published');
  return {
    path,
    document: join(path, 'plan.json'),
    index: join(path, 'shards.jsonl'),
    weights: join(path, 'weights'),
    cache: join(path, 'files.cache'),
    shard: (shard) => join(path, 'shards', `${shardName(shard)}.jsonl`),
    attempts,
    attempt: (shard, token) => join(attempts(shard), token),
    ended: (shard, token) => join(attempts(shard), `${token}.ended.json`),
    published,
    publication: (shard) => join(published, `${shardName(shard)}.json`),
    times: (pool) => join(published, `time-${pool}.json`),
  };
}

/** Stands for a shard where it is about times. */
export const TIMES = 0;

/** `0007`: names sort as their numbers do, up to the 9,999th. */
export function shardName(shard: number): string {
  return String(shard).padStart(4, '0');
}

/** Of an attempt, which no other has: as long as the names of all attempts are. */
export const TOKEN_CHARACTERS = 16;

/** Of an attempt in a bucket: its manifest as it began. The one that it ends with comes last, and not of one that was killed. */
export const BEGUN = 'begun.json';
