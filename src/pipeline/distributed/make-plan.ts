import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { explainWriteError } from '../../core/failed-write.js';
import { makeFolder } from '../../core/sync.js';
import type { ValuesFields } from '../../datasets/values/contradiction.js';
import { formatDevice, parseDevice } from '../../runners/device.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { EventSink } from '../../schema/events.js';
import { keptSetting } from '../../store/kept-mattes.js';
import { recordedModel, type RunOrigin } from '../../store/manifest.js';
import {
  hasPlan,
  planDocument,
  readPlan,
  writePlan,
  type PlanDocument,
} from '../../store/plan-folder/plan-document.js';
import { TOKEN_CHARACTERS, type PlanFolder } from '../../store/plan-folder/plan-folder.js';
import { lockRun } from '../../store/lock.js';
import { runFolder, type RunFolder } from '../../store/run-folder.js';
import { pluginsOfRun } from '../../store/run-plugins.js';
import { makePlan } from '../plan.js';
import type { ModelFolders, PreparedRun } from '../prepare.js';
import { costOf } from './divide.js';
import { otherPlan } from './other-plan.js';
import { stageModel } from './stage-weights.js';
import { withPlanStore } from './with-plan-store.js';
import { chooseTimed, divide } from './write-lists.js';

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
  return withPlanStore(request.out, request, async (store) => {
    const { folder } = store;
    await store.bringLists();
    if (!hasPlan(folder)) await enter(folder);
    const lock = await lockRun(folder.path, { signal: request.signal, what: 'this plan' });
    try {
      const made = await planIn(folder, request);
      if (!made.isOld) await store.sendPlan();
      return made;
    } finally {
      await lock.release();
    }
  }).catch((error: unknown) => {
    throw explainWriteError(error, request.out, 'plan again');
  });
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
        ...keptSetting(config),
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
