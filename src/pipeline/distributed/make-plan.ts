import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import { inBatches, openJsonl, parseLine, readJsonl, readLines } from '../../core/jsonl.js';
import { withSum } from '../../core/line-sum.js';
import { makeFolder, syncFolder } from '../../core/sync.js';
import type { ValuesFields } from '../../datasets/values/contradiction.js';
import { formatDevice, parseDevice } from '../../runners/device.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { EventSink } from '../../schema/events.js';
import { recordedModel, type RunDataset, type RunOrigin } from '../../store/manifest.js';
import {
  hasPlan,
  planDocument,
  readPlan,
  writePlan,
  type PlanDocument,
} from '../../store/plan-folder/plan-document.js';
import { planFolder, TIMES, TOKEN_CHARACTERS, type PlanFolder } from '../../store/plan-folder/plan-folder.js';
import { readShard, readShardLines, type ShardLine } from '../../store/plan-folder/shard-lists.js';
import { lockRun } from '../../store/lock.js';
import { planRecord, type PlanRecord } from '../../store/records.js';
import { runFolder, type RunFolder } from '../../store/run-folder.js';
import { pluginsOfRun } from '../../store/run-plugins.js';
import { makePlan } from '../plan.js';
import type { ModelFolders, PreparedRun } from '../prepare.js';
import { chooseSamples } from '../timing/choose-samples.js';
import { timingPlan } from '../timing/timing-plan.js';
import { differenceOfLists } from './compare-lists.js';
import { costOf, divider, type Whole } from './divide.js';
import { stageModel } from './stage-weights.js';

export interface MakePlanRequest extends PreparedRun, ModelFolders {
  readonly shards: number;
  readonly out: string;
  readonly origin: RunOrigin;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  readonly fields?: ValuesFields;
}

export interface MadePlan {
  readonly plan: PlanDocument;
  /** Whether it was there before. */
  readonly isOld: boolean;
}

/**
 * Lists and hashes every sample once, and writes what shards of like cost are to do, each into a file of its own; the plan's document, with a
 * digest over all, comes last and makes it a plan.
 *
 * @throws MaskbenchError `run.mismatch` where a plan of something else is there, naming what differs; `run.exists` for a folder with other
 *   files; `usage` for more shards than samples, and for a service.
 */
export async function makePlanFolder(request: MakePlanRequest): Promise<MadePlan> {
  const folder = planFolder(request.out);
  if (!hasPlan(folder)) await enter(folder);
  const lock = await lockRun(folder.path, { signal: request.signal, what: 'this plan' });
  try {
    return await planIn(folder, request);
  } finally {
    await lock.release();
  }
}

async function planIn(folder: PlanFolder, request: MakePlanRequest): Promise<MadePlan> {
  // Under the lock: another process may have been here in between.
  const before = hasPlan(folder) ? await readPlan(folder) : undefined;
  const { config, models, datasets, emit, signal } = request;
  assertNoService(models);
  const basis = { device: formatDevice(parseDevice(config.device)), runner: config.runner };
  const listing = listingOf(folder);
  const cost = costOf(models);
  const whole = { samples: 0, cost: 0 };
  const { limit = null, sample } = config;
  const list = await makePlan({
    folder: listing,
    datasets,
    allDatasets: datasets.length === config.datasets.length,
    models,
    basis,
    limit,
    sample,
    shard: null,
    emit,
    signal,
    ...(request.fields === undefined ? {} : { fields: request.fields }),
    onPlanned: (record) => {
      if (record.kind === 'sample') whole.samples++;
      whole.cost += cost(record);
    },
  });
  try {
    await list.accept();
    const sources = [];
    for (const [i, model] of models.entries()) {
      throwIfCancelled(signal);
      sources.push(before?.sources[i] ?? (await stageModel(folder, model, { folder: request.folders[i] })));
    }
    const plugins = pluginsOfRun({ models, datasets: list.datasets, scoring: config.scoring });
    const plan = planDocument({
      name: config.name,
      settings: {
        models: models.map(recordedModel),
        datasets: list.datasets,
        device: basis.device,
        runner: basis.runner,
        scoring: config.scoring,
        time: config.time,
        limit,
        ...(plugins.length === 0 ? {} : { plugins }),
        ...(sample === undefined ? {} : { sample }),
        shard: null,
      },
      sources,
      origin: request.origin,
      ...(config.price === undefined ? {} : { price: config.price }),
      shards: {
        count: request.shards,
        sha256: await divide(folder, listing, request, whole, before === undefined),
      },
      times: await chooseTimed(folder, listing, list.datasets, request, before === undefined),
    });
    if (before === undefined) await writePlan(folder, plan);
    else if (before.root !== plan.root) throw await otherPlan(folder, before, plan, listing);
    return { plan: before ?? plan, isOld: before !== undefined };
  } finally {
    await list.discard();
    await rm(listing.plan, { force: true });
  }
}

/** Attempts share no ledger of calls: two at one shard would pay twice, and none would know what the others have spent. */
function assertNoService(models: MakePlanRequest['models']): void {
  const service = models.find(({ spec }) => runnerOf(spec).service !== undefined);
  if (service === undefined) return;
  throw new MaskbenchError('usage', 'a service is not called by a plan of several machines', {
    where: service.spec.name,
    remedy: 'run it on one, with "maskbench run"',
  });
}

/** Where a plan lists: its file of all samples is divided and goes; paths of mattes are those of attempts. */
function listingOf(folder: PlanFolder): RunFolder {
  const ofAttempt = runFolder(folder.attempt(1, '0'.repeat(TOKEN_CHARACTERS)));
  return { ...ofAttempt, plan: join(folder.path, '.listing.jsonl'), cache: folder.cache };
}

/** @throws MaskbenchError `run.exists` for a folder that holds anything but remains of planning. */
async function enter(folder: PlanFolder): Promise<void> {
  await makeFolder(folder.path);
  const own = /^(shards|weights|shards\.jsonl|files\.cache|plan\.json|\.listing\.jsonl|\.lock)(\.|$)/;
  const foreign = (await readdir(folder.path)).find((name) => !own.test(name));
  if (foreign === undefined) return;
  throw new MaskbenchError('run.exists', `the folder holds other files (${foreign})`, {
    where: folder.path,
    remedy: 'choose an empty or new folder with --out',
  });
}

/**
 * Writes the list of every shard, and the list of these; or only sees what they would be.
 *
 * @returns the digest of the latter
 */
async function divide(
  folder: PlanFolder,
  listing: RunFolder,
  { shards, models, signal }: MakePlanRequest,
  whole: Whole,
  isWritten: boolean,
): Promise<string> {
  const cost = costOf(models);
  const shardOf = divider(whole, shards);
  const lists = dirname(folder.shard(1));
  if (isWritten) {
    // Of a process that was killed before there was a plan.
    for (const path of [folder.index, lists]) await rm(path, { recursive: true, force: true });
    await makeFolder(lists);
  }
  const open = (path: string): Promise<DigestedLines> => openDigested(isWritten ? path : undefined);
  const index = await open(folder.index);
  let current: { readonly lines: DigestedLines; line: ShardLine } | undefined;
  const end = async (): Promise<void> => {
    if (current === undefined) return;
    const sha256 = await current.lines.end();
    const line: ShardLine = { ...current.line, sha256, cost: Number(current.line.cost.toFixed(3)) };
    await index.add(withSum(JSON.stringify(line)));
  };
  try {
    for await (const { text, ...place } of readLines(listing.plan)) {
      throwIfCancelled(signal);
      const record = parseLine({ text, ...place }, listing.plan, planRecord);
      const own = cost(record);
      const shard = shardOf(record, own);
      if (current?.line.shard !== shard) {
        await end();
        const lines = await open(folder.shard(shard));
        current = { lines, line: { shard, sha256: '', samples: 0, problems: 0, cost: 0 } };
      }
      // As it stands, so that all lists together are the plan of the run, to the byte.
      await current.lines.add(text);
      const counted = record.kind === 'sample' ? 'samples' : 'problems';
      const { line } = current;
      current.line = { ...line, [counted]: line[counted] + 1, cost: line.cost + own };
    }
    await end();
    const sha256 = await index.end();
    if (isWritten) await syncFolder(lists);
    return sha256;
  } finally {
    await current?.lines.close();
    await index.close();
  }
}

/** Writes the list of the samples that times are taken of, as a run takes them; or only sees what it would be. */
async function chooseTimed(
  folder: PlanFolder,
  listing: RunFolder,
  datasets: readonly RunDataset[],
  { config }: MakePlanRequest,
  isWritten: boolean,
): Promise<PlanDocument['times']> {
  const samples = await chooseSamples(listing, datasets, timingPlan(config.time).images);
  const lines = await openDigested(isWritten ? folder.shard(TIMES) : undefined);
  for (const sample of samples) await lines.add(withSum(JSON.stringify(sample)));
  return { sha256: await lines.end(), samples: samples.length };
}

/** Lines, and the digest of their file; without a path only that. */
interface DigestedLines {
  add(line: string): Promise<void>;
  /** Brings all to the disk. */
  end(): Promise<string>;
  close(): Promise<void>;
}

async function openDigested(path: string | undefined): Promise<DigestedLines> {
  const writer = path === undefined ? undefined : await openJsonl(path);
  const batch = inBatches(async (...lines: readonly string[]) => writer?.appendLines(...lines));
  const digest = createHash('sha256');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await writer?.close();
    isOpen = false;
  };
  return {
    async add(line) {
      digest.update(`${line}\n`);
      await batch.add(line);
    },
    async end() {
      await batch.flush();
      await writer?.sync();
      await close();
      return digest.digest('hex');
    },
    close,
  };
}

/** In what a plan differs from the one that is there. */
async function otherPlan(
  folder: PlanFolder,
  before: PlanDocument,
  now: PlanDocument,
  listing: RunFolder,
): Promise<MaskbenchError> {
  const images = await differenceOfLists(
    plannedIn(folder, before),
    readJsonl(listing.plan, planRecord),
    now.settings.datasets.map(({ name }) => name),
    (a, b) => contentsOf(a) === contentsOf(b),
  );
  const settings = (Object.keys(now.settings) as (keyof typeof now.settings)[]).filter(
    (key) =>
      key !== 'datasets' &&
      canonicalJson(now.settings[key] ?? null) !== canonicalJson(before.settings[key] ?? null),
  );
  const differs = [
    ...(images === undefined ? [] : [`images ${images}`]),
    ...(settings.length === 0 ? [] : [`other ${settings.join(', ')}`]),
    ...(now.shards.count === before.shards.count ? [] : [`${now.shards.count} shards`]),
    ...(now.maskbenchVersion === before.maskbenchVersion ? [] : [`Maskbench ${now.maskbenchVersion}`]),
  ];
  const what = differs.length === 0 ? 'other settings or paths' : differs.join('; ');
  return new MaskbenchError('run.mismatch', `another plan is there than the one that is asked for: ${what}`, {
    where: folder.path,
    remedy: 'plan in another folder with --out, or go on with the plan that is there',
  });
}

const contentsOf = (of: PlanRecord): string =>
  of.kind === 'problem' ? of.failure.code : `${of.imageSha256} ${of.truthSha256}`;

/** All that is planned, shard after shard. */
export async function* plannedIn(
  folder: PlanFolder,
  plan: PlanDocument,
): AsyncGenerator<PlanRecord, void, undefined> {
  for await (const line of readShardLines(folder, plan))
    for await (const { record } of readShard(folder, line)) yield record;
}
