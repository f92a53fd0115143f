import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { explainWriteError } from '../../core/failed-write.js';
import { sha256 } from '../../core/hash.js';
import { takeImages } from '../../datasets/draw-sample.js';
import { openDataset } from '../../datasets/load.js';
import { resolveDataset } from '../../datasets/resolve.js';
import { mixedText } from '../../schema/mixed-machines.js';
import { paceOfAll, type Pace } from '../../schema/pace.js';
import type { Summary } from '../../schema/summary.js';
import type { LockOptions } from '../../store/lock-options.js';
import type { Manifest } from '../../store/manifest.js';
import { checkedConfig } from '../../store/origin.js';
import { readPlan, type PlanDocument } from '../../store/plan-folder/plan-document.js';
import type { PlanFolder } from '../../store/plan-folder/plan-folder.js';
import type { PlanStore } from '../../store/plan-folder/plan-store.js';
import type { TimesPublication } from '../../store/plan-folder/publication.js';
import { plannedIn, readShard, readShardLines } from '../../store/plan-folder/shard-lists.js';
import { linesFiles, runFolder } from '../../store/run-folder.js';
import { assertPluginsLoaded } from '../../store/run-plugins.js';
import { countMachines, timingPool } from '../machines.js';
import type { MatteWay } from '../bring-mattes.js';
import { mergeInto, type Finish, type Merge, type Times } from '../merge-into.js';
import { differenceOfLists } from './compare-lists.js';
import {
  assertAllPublished,
  assertNoStrangers,
  lostResult,
  notPublished,
  publishedTimes,
  sameResults,
  shardsOf,
} from './published-shards.js';
import { auditAttempt, openAttempt, openTimes } from './read-attempt.js';
import { withPlanStore } from './with-plan-store.js';

export interface MergePlanRequest {
  readonly path: string;
  readonly out: string;
  readonly mattes: MatteWay;
  /** Whether machines may differ in what figures may depend on; the run then says in what. */
  readonly allowMixed: boolean;
  /** Whether the datasets are listed again, to see that no image came or went. */
  readonly list: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly lock?: LockOptions;
}

/**
 * Puts the published attempts at all shards of a plan together into one run. Every file of each is read and compared with what was
 * planned and published before anything is written; nothing is held of a shard once it was read. What was killed can be asked for again.
 *
 * @throws MaskbenchError `run.unfinished`, naming the shards that are not published; `run.mismatch` for images that came or went, other
 *   models, other machines; `run.damaged`, `data.missing` or `data.unreadable`, naming what is not as it was; `run.exists`.
 */
export async function mergePlan(
  request: MergePlanRequest,
  finish: Finish = async () => undefined,
): Promise<Summary> {
  const { path, out, signal } = request;
  // On the file system of the run, so that mattes can be second names of what is fetched.
  const scratch = join(dirname(out), `.${basename(out)}.fetched`);
  return withPlanStore(path, { signal, scratch, lock: request.lock ?? {} }, (store) =>
    mergeIn(store, request, finish),
  );
}

async function mergeIn(store: PlanStore, request: MergePlanRequest, finish: Finish): Promise<Summary> {
  const { folder } = store;
  const { signal } = request;
  if (!store.isLasting && request.mattes === 'symlink') {
    throw new MaskbenchError('usage', 'mattes cannot be links into a bucket', {
      where: store.address,
      remedy: 'merge without --mattes symlink',
    });
  }
  await store.bringResults();
  await store.bringLists();
  const plan = await readPlan(folder);
  await assertNoStrangers(folder, plan);
  await assertAllPublished(folder, plan);
  if (request.list) await assertSameImages(folder, plan, request);
  const roots: string[] = [];
  try {
    const merge = await auditAll(store, plan, request, roots);
    return await mergeInto(runFolder(request.out), merge, { ...request.lock, signal }, finish).catch(
      (error: unknown) => {
        throw explainWriteError(error, request.out, 'merge again');
      },
    );
  } catch (error) {
    throwIfCancelled(signal, 'merge again');
    // An attempt that is not as it was, or is gone, may just be the result no more.
    throw (await lostResult(store, plan, roots)) ?? error;
  }
}

/**
 * Reads every attempt, and says what all of them come to.
 *
 * @param roots takes those of the attempts, each before it is read
 */
async function auditAll(
  store: PlanStore,
  plan: PlanDocument,
  { allowMixed, mattes, signal }: MergePlanRequest,
  roots: string[],
): Promise<Merge> {
  const { folder } = store;
  const machines = countMachines();
  let first: Manifest | undefined;
  let metrics: readonly string[] = [];
  let pace: Pace | undefined;
  for await (const { line, publication } of shardsOf(folder, plan)) {
    throwIfCancelled(signal);
    // All were, but somebody may have removed one to work on its shard again.
    if (publication === undefined) throw notPublished(folder, plan, [line.shard]);
    roots.push(publication.root);
    for await (const _ of readShard(folder, line)) continue;
    await store.bringAttempt(line.shard, publication);
    const attempt = await openAttempt(folder, plan, publication);
    const { manifest } = attempt;
    machines.add(manifest);
    if (!allowMixed) assertNotMixed(machines.mixed(), attempt.folder.path);
    await auditAttempt(attempt, line);
    const own = manifest.metrics ?? [];
    metrics = first === undefined ? own : metrics.filter((id) => own.includes(id));
    first ??= manifest;
    pace = paceOfAll([...(pace === undefined ? [] : [pace]), ...(manifest.passes ?? [])]);
  }
  if (first === undefined)
    throw new MaskbenchError('data.empty', 'the plan has no shards', { where: folder.path });
  const { origin, price, name, settings, root } = plan;
  const mixed = machines.mixed();
  const times = await timesOf(store, plan, timingPool(first));
  const all = [...roots, ...times.map(({ of }) => of.attempt)];
  return {
    manifest: {
      ...first,
      name,
      createdAt: new Date().toISOString(),
      settings,
      metrics,
      origin,
      // All of them as one: there may be very many.
      passes: pace === undefined ? [] : [pace],
      plan: root,
      ...(price === undefined ? {} : { price }),
      ...(mixed.length === 0 ? {} : { mixed }),
      ...timedElsewhere(times),
      mergedFrom: [sha256(all.join('\n'))],
    },
    async *plan() {
      for await (const line of readShardLines(folder, plan))
        for await (const { text } of readShard(folder, line)) yield text;
    },
    async *parts() {
      for await (const publication of sameResults(folder, plan, roots)) {
        const attempt = await openAttempt(folder, plan, publication);
        yield attempt;
        // Of one that was removed meanwhile, files may have looked as if they had no lines.
        if (!existsSync(attempt.folder.manifest)) await openAttempt(folder, plan, publication);
      }
    },
    files: [...linesFiles('lines'), ...(times.length === 0 ? [] : (['timings'] as const))],
    times,
    later: false,
    mattes,
  };
}

interface TimesOfPlan extends Times {
  readonly of: TimesPublication;
}

/** The times of a plan: those of machines of the kind that its cells ran on, then those of each other kind. */
async function timesOf(store: PlanStore, plan: PlanDocument, pool: string): Promise<readonly TimesOfPlan[]> {
  const times: TimesOfPlan[] = [];
  for (const [name, of] of await publishedTimes(store.folder, plan)) {
    const attempt = await openTimes(store, plan, of);
    if (of.pool === pool) times.unshift({ ...attempt, of });
    else times.push({ ...attempt, of, as: `${plan.settings.device} ${name}` });
  }
  return times;
}

/** The machines of other kinds that times were taken on, as the records of these times call them. */
function timedElsewhere(times: readonly TimesOfPlan[]): Pick<Manifest, 'timedElsewhere'> {
  const timed = times.flatMap(({ as, manifest: { environment, hardware } }) =>
    as === undefined ? [] : [{ device: as, environment, ...(hardware === undefined ? {} : { hardware }) }],
  );
  return timed.length === 0 ? {} : { timedElsewhere: timed };
}

function assertNotMixed(mixed: ReturnType<ReturnType<typeof countMachines>['mixed']>, where: string): void {
  if (mixed.length === 0) return;
  throw new MaskbenchError(
    'run.mismatch',
    `the shards ran on machines that differ (${mixed.map(mixedText).join('; ')})`,
    {
      where,
      remedy:
        'work on some of them again (--again) on machines like the others, or merge with --allow-mixed, which reports say',
    },
  );
}

/** @throws MaskbenchError `run.mismatch` where images came or went since they were planned; their contents were looked at by the shards. */
async function assertSameImages(
  folder: PlanFolder,
  plan: PlanDocument,
  { env, signal }: MergePlanRequest,
): Promise<void> {
  const { origin } = plan;
  assertPluginsLoaded(plan.settings.plugins ?? [], folder.document, 'plan');
  const config = checkedConfig(origin, folder.document);
  const names = plan.settings.datasets.map(({ name }) => name);
  async function* listed() {
    for (const reference of config.datasets) {
      const resolved = await resolveDataset(reference, { configDir: origin.folder, cwd: origin.cwd, env });
      if (!names.includes(resolved.spec.name)) continue;
      const dataset = await openDataset(resolved);
      const { limit = null, sample } = config;
      const { entries } = await takeImages(dataset.name, dataset.entries(), { limit, sample }, signal);
      for await (const entry of entries) yield entry.kind === 'sample' ? entry.sample : entry.problem;
    }
  }
  const difference = await differenceOfLists(plannedIn(folder, plan), listed(), names);
  if (difference === undefined) return;
  throw new MaskbenchError(
    'run.mismatch',
    `the images are others than those that were planned: ${difference}`,
    {
      where: folder.path,
      remedy: 'restore them, or plan anew in another folder; --no-list merges without looking',
    },
  );
}
