import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { hashFile } from '../../core/hash-file.js';
import { inBatches, openJsonl } from '../../core/jsonl.js';
import { isObjectAddress } from '../../core/objects/object-address.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { unless } from '../../core/system-code.js';
import { acceptDraft, discardDraft, draftOf } from '../../core/write-whole.js';
import { createFingerprint } from '../../datasets/fingerprint.js';
import type { EventSink } from '../../schema/events.js';
import type { Manifest, RunDataset } from '../../store/manifest.js';
import type { PlanDocument } from '../../store/plan-folder/plan-document.js';
import { BEGUN, TIMES, type PlanFolder } from '../../store/plan-folder/plan-folder.js';
import { readShard, type ListedRecord, type ShardLine } from '../../store/plan-folder/shard-lists.js';
import type { PlanRecord } from '../../store/records.js';
import { readManifest, runFolder, type RunFolder } from '../../store/run-folder.js';
import { areAlike } from '../machines.js';
import type { GivenPlan } from '../run-request.js';
import { takeOver } from './earlier-cells.js';

export interface ShardRequest {
  readonly folder: PlanFolder;
  readonly plan: PlanDocument;
  readonly line: ShardLine;
  /** Of the attempt that is to be made, which takes nothing from itself. */
  readonly token: string;
  /** Whether nothing is taken from earlier attempts either: they may be wrong. */
  readonly again: boolean;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  readonly onReused: (cells: number) => void;
}

/** Files that are looked at together. */
const WIDTH = 4;

/** The list of one shard as what a run has to do: its pictures are those that were planned, and what earlier attempts have done is done. */
export function givenShard(request: ShardRequest): GivenPlan {
  const { folder: at, plan, line, emit, signal } = request;
  return {
    root: plan.root,
    async open(folder, held) {
      const draft = draftOf(folder.plan);
      const writer = await openJsonl(draft.path);
      const batch = inBatches(writer.appendLines);
      const datasets = datasetsOf(plan);
      emit({
        kind: 'phase-started',
        phase: 'plan',
        total: line.samples,
        label: line.shard === TIMES ? 'times' : `shard ${line.shard}`,
      });
      try {
        let done = 0;
        const checked = mapInOrder(readShard(at, line), WIDTH, assertAsPlanned);
        for await (const { record, text } of checked) {
          throwIfCancelled(signal);
          datasets.add(record);
          await batch.add(text);
          if (record.kind === 'sample')
            emit({ kind: 'progress', phase: 'plan', done: ++done, total: line.samples });
        }
        await batch.flush();
      } catch (error) {
        await discardDraft(draft);
        throw error;
      } finally {
        await writer.close();
      }
      emit({ kind: 'phase-ended', phase: 'plan' });
      return {
        datasets: datasets.all(),
        records: [],
        isThere: async () => false,
        isKnownComplete: async () => false,
        async accept() {
          await acceptDraft(draft);
          const settings = { ...plan.settings, datasets: datasets.all() };
          request.onReused(await takeOver(await earlierAttempts(request), folder, settings, held));
        },
        leave: () => discardDraft(draft),
        discard: () => discardDraft(draft),
      };
    },
  };
}

/** Those on machines like this one: the manifest of an attempt says for all its cells what they were made on. */
async function earlierAttempts({ folder, line, token, again }: ShardRequest): Promise<readonly RunFolder[]> {
  if (again) return [];
  const own = await readManifest(runFolder(folder.attempt(line.shard, token)));
  const alike: RunFolder[] = [];
  for (const name of (await readdir(folder.attempts(line.shard)).catch(unless('ENOENT'))) ?? []) {
    const attempt = runFolder(folder.attempt(line.shard, name));
    if (name === token || !existsSync(attempt.predictions)) continue;
    if (await isLike(own, attempt)) alike.push(attempt);
  }
  return alike;
}

async function isLike(own: Manifest, attempt: RunFolder): Promise<boolean> {
  // Of one that was killed a bucket has the manifest that it began with. Without any, nobody knows.
  const path = existsSync(attempt.manifest) ? attempt.manifest : join(attempt.path, BEGUN);
  const manifest = await readManifest({ ...attempt, manifest: path }).catch(() => undefined);
  return manifest !== undefined && areAlike(own, manifest);
}

/** @throws MaskbenchError `data.missing` or `data.unreadable` where a file is not the one that was planned. */
async function assertAsPlanned(listed: ListedRecord): Promise<ListedRecord> {
  const { record } = listed;
  if (record.kind === 'problem') return listed;
  const { imagePath, imageSha256, truthPath, truthSha256 } = record;
  for (const [path, planned] of [
    [imagePath, imageSha256],
    [truthPath, truthSha256],
  ] as const) {
    if ((await hashFile(path)) === planned || (await isFetchedAnew(path, planned))) continue;
    throw new MaskbenchError('data.unreadable', 'it is not the file that was planned', {
      where: path,
      remedy: 'restore it, or plan again in another folder',
    });
  }
  return listed;
}

/** Whether it was only a copy of an object that was another one. */
async function isFetchedAnew(path: string, planned: string): Promise<boolean> {
  if (!isObjectAddress(path)) return false;
  await (await import('../../core/objects/kept-objects.js')).forgetObject(path);
  return (await hashFile(path)) === planned;
}

/** The datasets of a plan as far as they are in the samples that are added. */
function datasetsOf({ settings }: PlanDocument): {
  add(record: PlanRecord): void;
  all(): readonly RunDataset[];
} {
  const own = new Map(
    settings.datasets.map(({ name }) => [
      name,
      { fingerprint: createFingerprint(), samples: 0, problems: 0 },
    ]),
  );
  return {
    add(record) {
      const of = own.get(record.dataset);
      if (of === undefined) return;
      if (record.kind === 'problem') of.problems++;
      else {
        of.samples++;
        of.fingerprint.add(record.id, record);
      }
    },
    all: () =>
      settings.datasets.map((dataset) => {
        const { fingerprint, samples = 0, problems = 0 } = own.get(dataset.name) ?? {};
        return { ...dataset, fingerprint: fingerprint?.digest() ?? '', samples, problems };
      }),
  };
}
