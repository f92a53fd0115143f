import { existsSync } from 'node:fs';
import { hashFile } from '../core/hash-file.js';
import type { Dataset } from '../datasets/load.js';
import { chosenText } from '../schema/chosen-images.js';
import { runnerOf } from '../runners/runner-of.js';
import type { ReadyModel, SampleWatch } from '../runners/runner.js';
import { inBatches, openJsonl } from '../core/jsonl.js';
import { acceptDraft, discardDraft, draftOf } from '../core/write-whole.js';
import type { RunDataset } from '../store/manifest.js';
import { openKnownFiles } from '../store/known-files.js';
import type { PlanRecord } from '../store/records.js';
import { withTurns, type Walk } from './walk.js';
import { planDataset, type DatasetPlanRequest } from './plan-dataset.js';
import type { Plan } from './run-request.js';

export interface PlanRequest extends DatasetPlanRequest {
  readonly datasets: readonly Dataset[];
  /** Whether these are all datasets of the config. */
  readonly allDatasets: boolean;
  /** Who looks at the scores in an order of its own. */
  readonly walk?: Walk | undefined;
}

/**
 * Lists and hashes every sample, and writes the cells that must be covered, once each, to a temporary plan. Files that
 * are no usable pair are planned too, as problems: they end as failed cells of every model.
 */
export async function makePlan(request: PlanRequest): Promise<Plan> {
  const { folder, datasets, emit, walk } = request;
  const draft = draftOf(folder.plan);
  await discardDraft(draft);
  const writer = await openJsonl(draft.path);
  const lines = inBatches(writer.append);
  const known = await openKnownFiles(folder);
  const planned: RunDataset[] = [];
  const inOrder: PlanRecord[] = [];
  let records: readonly PlanRecord[] = [];
  emit({
    kind: 'phase-started',
    phase: 'plan',
    total: undefined,
    label: labelOf(request),
  });
  try {
    const watches = await watchesOf(request.models);
    const append = walk === undefined ? lines.add : async (record: PlanRecord) => void inOrder.push(record);
    for (const dataset of datasets) {
      const before = planned.reduce((sum, { samples }) => sum + samples, 0);
      planned.push(await planDataset(request, dataset, watches, known, before, append));
    }
    if (walk !== undefined) {
      const names = new Set(planned.flatMap((of) => (walk.counts(of, request.models) ? [of.name] : [])));
      records = withTurns(inOrder, walk.untilDecided.seed, (name) => names.has(name));
      for (const record of records) await lines.add(record);
    }
    await lines.flush();
    const whole = request.allDatasets && (request.limit ?? null) === null;
    for (const [model, watch] of watches)
      for (const remark of watch.end(whole)) emit({ kind: 'warning', message: `${model}: ${remark}` });
  } catch (error) {
    await known.discard();
    await discardDraft(draft);
    throw error;
  } finally {
    await writer.close();
  }
  emit({ kind: 'phase-ended', phase: 'plan' });
  return {
    datasets: planned,
    records,
    isThere: async () =>
      existsSync(folder.plan) && (await hashFile(folder.plan)) === (await hashFile(draft.path)),
    isKnownComplete: known.isComplete,
    async accept() {
      await acceptDraft(draft);
      await known.accept();
    },
    async leave(root) {
      await discardDraft(draft);
      await known.accept(root);
    },
    async discard() {
      await discardDraft(draft);
      await known.discard();
    },
  };
}

/** The datasets, and which of their images where not all are taken. */
function labelOf({ datasets, limit = null, sample }: PlanRequest): string {
  const names = datasets.map(({ name }) => name).join(', ');
  const each = datasets.length > 1 ? ' of each' : '';
  if (sample !== undefined) return `${names} (at most ${chosenText({ kind: 'drawn', ...sample }, each)})`;
  return limit === null ? names : `${names} (${chosenText({ kind: 'first', limit }, each)})`;
}

async function watchesOf(models: readonly ReadyModel[]): Promise<ReadonlyMap<string, SampleWatch>> {
  const watches = new Map<string, SampleWatch>();
  for (const model of models) {
    const watch = await runnerOf(model.spec).watch?.(model);
    if (watch !== undefined) watches.set(model.spec.name, watch);
  }
  return watches;
}
