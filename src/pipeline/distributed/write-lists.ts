import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { inBatches, openJsonl, parseLine, readLines } from '../../core/jsonl.js';
import { withSum } from '../../core/line-sum.js';
import { makeFolder, syncFolder } from '../../core/sync.js';
import type { RunDataset } from '../../store/manifest.js';
import type { PlanDocument } from '../../store/plan-folder/plan-document.js';
import { TIMES, type PlanFolder } from '../../store/plan-folder/plan-folder.js';
import type { ShardLine } from '../../store/plan-folder/shard-lists.js';
import { planRecord } from '../../store/records.js';
import type { RunFolder } from '../../store/run-folder.js';
import type { PreparedRun } from '../prepare.js';
import { chooseSamples } from '../timing/choose-samples.js';
import { timingPlan } from '../timing/timing-plan.js';
import { costOf, divider, type Whole } from './divide.js';

interface Dividing extends Pick<PreparedRun, 'models'> {
  readonly shards: number;
  readonly signal: AbortSignal;
}

/**
 * Writes the list of every shard, and the list of these; or only sees what they would be.
 *
 * @returns the digest of the latter
 */
export async function divide(
  folder: PlanFolder,
  listing: RunFolder,
  { shards, models, signal }: Dividing,
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
export async function chooseTimed(
  folder: PlanFolder,
  listing: RunFolder,
  datasets: readonly RunDataset[],
  { config }: Pick<PreparedRun, 'config'>,
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
