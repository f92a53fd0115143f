import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { describeError, MaskbenchError } from '../../core/errors.js';
import { hashFile } from '../../core/hash-file.js';
import { makeFolder } from '../../core/sync.js';
import type { EnsureOptions } from '../../models/sources/ensure-file.js';
import type { EventSink } from '../../schema/events.js';
import { withNetwork } from '../../runners/load-spec.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { ReadyModel } from '../../runners/runner.js';
import { checkedConfig } from '../../store/origin.js';
import { readPlan, type PlanDocument } from '../../store/plan-folder/plan-document.js';
import { TIMES, TOKEN_CHARACTERS } from '../../store/plan-folder/plan-folder.js';
import type { Attempt, Kept, PlanStore, PublishedPart } from '../../store/plan-folder/plan-store.js';
import {
  PUBLICATION_VERSION,
  publish,
  publishTimes,
  readPublication,
  readTimes,
  type Publication,
  type TimesPublication,
} from '../../store/plan-folder/publication.js';
import { readShardLine } from '../../store/plan-folder/shard-lists.js';
import { readManifest, runFolder, writeJson } from '../../store/run-folder.js';
import { assertPluginsLoaded } from '../../store/run-plugins.js';
import { readSeal, type SealedFile } from '../../store/seal.js';
import { timingPool } from '../machines.js';
import { run } from '../run.js';
import { givenShard, type ShardRequest } from './given-plan.js';
import { loadedSpec } from './stage-weights.js';
import { whichShard } from './which-shard.js';
import { withPlanStore } from './with-plan-store.js';

export interface WorkRequest {
  /** The folder of the plan, or its address in a bucket. */
  readonly path: string;
  /** From 1; `auto`: as the engine says that started this process. */
  readonly shard: 'auto' | number;
  /** Work on a shard that is published, too: its result is then replaced. */
  readonly again?: boolean;
  readonly offline?: boolean;
  /** Of a plan in a bucket: how often what is done goes there. */
  readonly saveMs?: number;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: NonNullable<EnsureOptions['onProgress']>;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/** What became of a shard: this process published it, or another one had, before this began or while it was at work. */
export interface Worked {
  readonly kind: 'published' | 'was-published' | 'lost';
  readonly shards: number;
  readonly publication: Publication;
}

/**
 * Makes an attempt at one shard, in a folder that no other process writes, and publishes it. Cells that earlier attempts have done
 * on machines like this one are taken over, unless the shard is worked on again.
 *
 * @throws MaskbenchError as `run`; `usage` where it is not clear which shard; `run.damaged` for a plan that is not what it was;
 *   `data.unreadable` for a picture and `run.mismatch` or `source.checksum` for a model that is not the planned one.
 */
export async function work(request: WorkRequest): Promise<Worked> {
  return withPlanStore(request.path, request, (store) => workIn(store, request));
}

async function workIn(store: PlanStore, request: WorkRequest): Promise<Worked> {
  const { folder } = store;
  const plan = await readPlan(folder);
  const shards = plan.shards.count;
  const shard = whichShard(request.shard, { shards, env: request.env });
  if (request.again !== true) {
    await store.bringResults(shard);
    const publication = await readPublication(folder, shard, plan.root);
    if (publication !== undefined) return { kind: 'was-published', shards, publication };
  }
  const token = randomBytes(TOKEN_CHARACTERS / 2).toString('hex');
  await makeFolder(folder.attempts(shard));
  try {
    await store.bringShard(shard);
    return await whileAtWork(store.keep(shard, token), async (kept) => {
      const publication = await attempt(request, store, plan, { shard, token, kept });
      await kept.assertWhole();
      const isOurs = await publish(store, publication, { replace: request.again === true });
      // It may have been removed between the two: this one then fails, so that it is not only found by who merges.
      if (isOurs) await kept.assertWhole();
      const winner = isOurs ? undefined : await readPublication(folder, shard, plan.root);
      return { kind: isOurs ? 'published' : 'lost', shards, publication: winner ?? publication };
    });
  } catch (error) {
    // For "status"; who was killed says nothing.
    const code = error instanceof MaskbenchError ? error.code : 'internal';
    const said = { code, message: describeError(error), at: new Date().toISOString() };
    const at = folder.ended(shard, token);
    await writeJson(at, said)
      .then(() => store.send(at))
      .catch(() => undefined);
    throw inPlan(error);
  }
}

/** Others see that somebody is at work on an attempt until it has been published, or has failed. */
async function whileAtWork<T>(kept: Kept, act: (kept: Kept) => Promise<T>): Promise<T> {
  try {
    return await act(kept);
  } finally {
    await kept.release().catch(() => undefined);
  }
}

/** Nobody resumes an attempt, nor clears it away: the next one takes over what it has done. */
function inPlan(error: unknown): unknown {
  if (!(error instanceof MaskbenchError)) return error;
  const isLost = error.code === 'run.lost';
  if (!isLost && error.remedy?.includes('--resume') !== true) return error;
  const { code, message, where, cause } = error;
  const remedy = `the same command ${isLost ? 'works on the shard once more' : 'takes over what is done'}`;
  return new MaskbenchError(code, message, { ...(where === undefined ? {} : { where }), remedy, cause });
}

/** What became of times: this process published them, or there were some already from machines of this kind. */
export interface Timed {
  readonly isOurs: boolean;
  readonly publication: TimesPublication;
}

/**
 * Takes the times of a plan on this machine, which nothing else may use meanwhile, and publishes them: one attempt for every kind of machine.
 *
 * @throws MaskbenchError as `work`.
 */
export async function takeTimes(request: Omit<WorkRequest, 'shard'>): Promise<Timed> {
  return withPlanStore(request.path, request, (store) => takeTimesIn(store, request));
}

async function takeTimesIn(store: PlanStore, request: Omit<WorkRequest, 'shard'>): Promise<Timed> {
  const { folder } = store;
  const plan = await readPlan(folder);
  const token = randomBytes(TOKEN_CHARACTERS / 2).toString('hex');
  await store.bringShard(TIMES);
  await makeFolder(folder.attempts(TIMES));
  const line = { shard: TIMES, ...plan.times, problems: 0, cost: 0 };
  return whileAtWork(store.keep(TIMES, token), async (kept) => {
    const part = { plan, line, token, again: false, onReused: () => undefined };
    const parts = await runPart(request, store, part, kept, true);
    const out = runFolder(folder.attempt(TIMES, token));
    const files: Record<string, SealedFile> = {};
    for (const path of [out.manifest, out.timings])
      files[basename(path)] = { bytes: (await stat(path)).size, sha256: await hashFile(path) };
    const publication = {
      schemaVersion: PUBLICATION_VERSION,
      plan: plan.root,
      pool: timingPool(await readManifest(out)),
      attempt: token,
      files,
      ...parts,
      host: hostname(),
    } as const;
    await kept.assertWhole();
    const isOurs = await publishTimes(store, publication, { replace: request.again === true });
    const winner = isOurs ? undefined : await readTimes(folder, publication.pool, plan.root);
    return { isOurs, publication: winner ?? publication };
  });
}

async function attempt(
  request: WorkRequest,
  store: PlanStore,
  plan: PlanDocument,
  { shard, token, kept }: Attempt & { readonly kept: Kept },
): Promise<Publication> {
  const start = performance.now();
  const { folder } = store;
  const line = await readShardLine(folder, plan, shard);
  let reused = 0;
  const onReused = (cells: number): void => void (reused = cells);
  const part = { plan, line, token, again: request.again === true, onReused };
  const parts = await runPart(request, store, part, kept, false);
  const out = folder.attempt(shard, token);
  const seal = await readSeal(runFolder(out));
  if (seal === undefined)
    throw new MaskbenchError('run.unfinished', 'the attempt has no seal', { where: out });
  const { root, files, cells } = seal;
  const seconds = Number(((performance.now() - start) / 1000).toFixed(3));
  return {
    schemaVersion: PUBLICATION_VERSION,
    plan: plan.root,
    shard,
    attempt: token,
    root,
    files,
    ...parts,
    cells,
    seconds,
    reused,
    host: hostname(),
  };
}

/**
 * Runs one list of a plan in a folder of its own, with the models that were planned.
 *
 * @returns what the attempt consists of where the plan is
 */
async function runPart(
  { offline = false, env, onProgress, emit, signal }: Omit<WorkRequest, 'shard'>,
  store: PlanStore,
  part: Omit<ShardRequest, 'folder' | 'emit' | 'signal'>,
  kept: Kept,
  isTimed: boolean,
): Promise<{ readonly parts?: readonly PublishedPart[] }> {
  const { plan, line, token } = part;
  const { folder } = store;
  assertPluginsLoaded(plan.settings.plugins ?? [], folder.document, 'plan');
  const models: ReadyModel[] = [];
  for (const [i, source] of plan.sources.entries()) {
    const access = { onProgress, signal, env, ...(offline ? { offline } : {}) };
    const planned = plan.settings.models[i];
    const ready = await runnerOf(source.spec).ensure(await withNetwork(loadedSpec(folder, source)), access);
    if (ready.sha256 !== planned.sha256) {
      throw new MaskbenchError(
        'run.mismatch',
        `the files of ${planned.spec.name} are not those that were planned`,
        { where: folder.path, remedy: 'restore them, or plan again in another folder' },
      );
    }
    models.push({ ...ready, spec: planned.spec });
  }
  try {
    await run({
      config: checkedConfig(plan.origin, folder.document),
      models,
      datasets: [],
      shard: isTimed ? null : [line.shard, plan.shards.count],
      out: folder.attempt(line.shard, token),
      phases: { predict: !isTimed, score: !isTimed, time: isTimed },
      given: givenShard({ ...part, folder, emit, signal }),
      emit,
      signal,
    });
  } catch (error) {
    await kept.end(false).catch(() => undefined);
    throw error;
  }
  const parts = await kept.end(true);
  return parts === undefined ? {} : { parts };
}
