import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { throwIfCancelled } from '../../core/cancelled.js';
import type { PluginVersion } from '../../core/plugins/parts.js';
import { unless } from '../../core/system-code.js';
import { isKnownGone, parseOwner } from '../../store/lock-owner.js';
import { LOCK } from '../../store/lock.js';
import type { PlanStatus } from '../../schema/plan-status.js';
import { readPlan } from '../../store/plan-folder/plan-document.js';
import type { PlanFolder } from '../../store/plan-folder/plan-folder.js';
import { tokensIn, type PlanStore } from '../../store/plan-folder/plan-store.js';
import { readIfThere } from '../../store/wait-for-owner.js';
import { countPublished, shardsOf } from './published-shards.js';
import { rangesOf } from './shard-ranges.js';
import { withPlanStore } from './with-plan-store.js';

/** Of what a shard costs, what is left of one that is being worked on. */
const HALF = 0.5;

/** What an attempt that ended by an error wrote. */
const endedSchema = z.object({ code: z.string(), message: z.string(), at: z.string() });

interface Open {
  readonly shard: number;
  readonly cost: number;
  readonly attempts: readonly string[];
}

/**
 * How far a plan has come. Who is at work shows in its lock, which moves on while it is looked at twice: no clocks are compared.
 *
 * @throws MaskbenchError `run.damaged` for a plan or a result that is not what it was.
 */
export async function statusOf(path: string, signal: AbortSignal): Promise<PlanStatus> {
  return withPlanStore(path, { signal }, (store) => statusIn(store, signal));
}

async function statusIn(store: PlanStore, signal: AbortSignal): Promise<PlanStatus> {
  const { folder } = store;
  await store.bringResults();
  const plan = await readPlan(folder);
  const cells = { planned: 0, scored: 0, failed: 0 };
  const done = { shards: 0, cost: 0, seconds: 0 };
  const open: Open[] = [];
  for await (const { line, publication } of shardsOf(folder, plan)) {
    throwIfCancelled(signal);
    const { shard, cost } = line;
    if (publication === undefined) {
      await store.look(shard);
      open.push({ shard, cost, attempts: await attemptsOf(folder, shard) });
      continue;
    }
    done.shards++;
    const { planned, scored, failed } = publication.cells;
    cells.planned += planned;
    cells.scored += scored;
    cells.failed += failed;
    // What was taken over took no time.
    done.cost += cost * (1 - publication.reused / Math.max(1, planned));
    done.seconds += publication.seconds;
  }
  const running = await runningOf(store, open, signal);
  const atWork = new Set(running.map(({ shard }) => shard));
  const rest = open.filter(({ shard }) => !atWork.has(shard));
  const failed = [];
  for (const of of rest) if (of.attempts.length > 0) failed.push(await failureOf(folder, of));
  const costLeft = open.reduce((sum, { shard, cost }) => sum + cost * (atWork.has(shard) ? HALF : 1), 0);
  const isKnown = done.cost > 0 && open.length > 0;
  return {
    plan: plan.root,
    shards: plan.shards.count,
    samples: plan.settings.datasets.reduce((sum, { samples }) => sum + samples, 0),
    published: { shards: done.shards, cells },
    running,
    failed,
    missing: rest.filter(({ attempts }) => attempts.length === 0).map(({ shard }) => shard),
    array: rangesOf(rest.map(({ shard }) => shard)),
    secondsLeft: isKnown ? (costLeft * done.seconds) / done.cost / Math.max(1, atWork.size) : null,
  };
}

/** Between two looks at what is published: twice as long each time, up to this. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Waits until every shard is published, and times of so many kinds of machines, for whoever depends on a plan where no engine says so. What
 * has failed for good cannot be told from what waits for its next turn: a result that never comes is waited for.
 *
 * @throws MaskbenchError `run.damaged` for a plan that is not what it was.
 */
export async function untilPublished(path: string, times: number, signal: AbortSignal): Promise<void> {
  return withPlanStore(path, { signal }, async (store) => {
    const { shards } = await readPlan(store.folder);
    for (let waitMs = 1000; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      await store.bringResults();
      const published = await countPublished(store.folder);
      if (published.shards >= shards.count && published.times >= times) return;
      await sleep(waitMs, undefined, { signal }).catch(() => throwIfCancelled(signal));
    }
  });
}

/** What an engine is to hand out: shards that are not published, and that nobody is at work on. */
export async function openShards(
  path: string,
  signal: AbortSignal,
): Promise<{
  readonly name: string;
  readonly device: string;
  readonly plugins: readonly PluginVersion[];
  readonly shards: readonly number[];
}> {
  return withPlanStore(path, { signal }, async (store) => {
    const { name, settings } = await readPlan(store.folder);
    const { failed, missing } = await statusIn(store, signal);
    const shards = [...failed.map(({ shard }) => shard), ...missing].sort((a, b) => a - b);
    return { name, device: settings.device, plugins: settings.plugins ?? [], shards };
  });
}

async function attemptsOf(folder: PlanFolder, shard: number): Promise<readonly string[]> {
  return tokensIn((await readdir(folder.attempts(shard)).catch(unless('ENOENT'))) ?? []);
}

async function runningOf(
  { folder, lookMs, look }: PlanStore,
  open: readonly Open[],
  signal: AbortSignal,
): Promise<PlanStatus['running']> {
  const seen = [];
  for (const { shard, attempts } of open) {
    for (const attempt of attempts) {
      const path = join(folder.attempt(shard, attempt), LOCK);
      const text = await readIfThere(path);
      const owner = text === undefined ? undefined : parseOwner(text);
      if (owner !== undefined && !isKnownGone(owner)) seen.push({ shard, attempt, path, text, owner });
    }
  }
  if (seen.length === 0) return [];
  await sleep(lookMs, undefined, { signal }).catch(() => throwIfCancelled(signal));
  for (const shard of new Set(seen.map((of) => of.shard))) await look(shard);
  const running = [];
  for (const { shard, attempt, path, text, owner } of seen) {
    const now = await readIfThere(path);
    const { host, pid, since } = owner;
    if (now !== undefined && now !== text) running.push({ shard, attempt, host, pid, since });
  }
  return running;
}

async function failureOf(
  folder: PlanFolder,
  { shard, attempts }: Open,
): Promise<PlanStatus['failed'][number]> {
  const said = [];
  for (const attempt of attempts) {
    const text = await readFile(folder.ended(shard, attempt), 'utf8').catch(unless('ENOENT'));
    if (text !== undefined) said.push(endedSchema.parse(JSON.parse(text)));
  }
  const last = said.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  return {
    shard,
    attempts: attempts.length,
    code: last?.code ?? null,
    message: last?.message ?? 'killed, or silent: it left no word',
  };
}
