import { existsSync } from 'node:fs';
import { throwIfCancelled } from '../core/cancelled.js';
import { MaskbenchError } from '../core/errors.js';
import { hashFile } from '../core/hash-file.js';
import { counted, listed } from '../core/text.js';
import type { DatasetEntry } from '../datasets/dataset.js';
import { takeImages, type ImageChoice } from '../datasets/draw-sample.js';
import { suspectedClusters } from '../datasets/suspected-clusters.js';
import { createFingerprint } from '../datasets/fingerprint.js';
import { VALUES_FIELDS, type ValuesFields } from '../datasets/values/contradiction.js';
import { createSurvey } from '../datasets/values/survey.js';
import { decideReadings, surveysOfMasks } from './decide-readings.js';
import { WITHOUT_TRUTH } from '../datasets/entry-of-pair.js';
import type { Dataset } from '../datasets/load.js';
import { suggestAffixes } from '../datasets/suggest-affixes.js';
import { mapInOrder } from '../core/map-in-order.js';
import type { DescribedDataset } from './run-request.js';
import { chosenText } from '../schema/chosen-images.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import { runnerOf } from '../runners/runner-of.js';
import type { ReadyModel, RunBasis, SampleWatch } from '../runners/runner.js';
import type { EventSink, RunEvent } from '../schema/events.js';
import { inBatches, openJsonl } from '../core/jsonl.js';
import { acceptDraft, discardDraft, draftOf } from '../core/write-whole.js';
import type { RunDataset } from '../store/manifest.js';
import { openKnownFiles, type KnownFiles, type SampleFiles } from '../store/known-files.js';
import type { PlanRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';
import { cellKeysOf, planEntry } from './plan-entry.js';
import { withTurns, type Walk } from './walk.js';

export interface PlanRequest extends ImageChoice {
  readonly folder: RunFolder;
  readonly datasets: readonly Dataset[];
  /** Whether these are all datasets of the config. */
  readonly allDatasets: boolean;
  readonly models: readonly ReadyModel[];
  /** What a cell's key covers besides model and image. */
  readonly basis: RunBasis;
  readonly shard: readonly [number, number] | null;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  /** What the user sets where masks' values cannot be read. */
  readonly fields?: ValuesFields | undefined;
  /** The dataset that flags describe, and the one that sets its unit. */
  readonly described?: DescribedDataset | undefined;
  /** Who looks at the scores in an order of its own. */
  readonly walk?: Walk | undefined;
  /** Sees every record of the plan. */
  readonly onPlanned?: ((record: PlanRecord) => void) | undefined;
}

/** A plan beside the run folder's own, to be put in place once the run's settings are accepted. */
interface Plan {
  readonly datasets: readonly RunDataset[];
  /** For a walk, with turns; else none. */
  readonly records: readonly PlanRecord[];
  /** Whether the run folder's own is the same, to the byte. */
  isThere(): Promise<boolean>;
  /** Whether a run with this root is known as complete. */
  isKnownComplete(root: string): Promise<boolean>;
  accept(): Promise<void>;
  /** Leaves the run folder's own plan as it is, whose run has this root and is complete; keeps what is known of its files. */
  leave(root: string): Promise<void>;
  discard(): Promise<void>;
}

type CellFailed = Extract<RunEvent, { kind: 'cell-failed' }>;

/** Files hashed at once. */
const WIDTH = 4;

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

async function planDataset(
  request: PlanRequest,
  dataset: Dataset,
  watches: ReadonlyMap<string, SampleWatch>,
  known: KnownFiles,
  before: number,
  append: (record: PlanRecord) => Promise<void>,
): Promise<RunDataset> {
  const { models, basis, shard, emit, signal, fields = VALUES_FIELDS } = request;
  const cellsOf = cellKeysOf(models, basis);
  const values = dataset.spec.truths?.values;
  const truths = createSurvey({ role: 'truth', field: fields.truths, wanted: values });
  const masks = surveysOfMasks(models, fields);
  const planned = async ([entry, files]: readonly [DatasetEntry, SampleFiles]) => {
    const record = await planEntry(entry, request, truths, files);
    if (record.kind === 'problem') return { record, files };
    await masks.add(record, files);
    return { record: { ...record, cells: await cellsOf(record, files) }, files };
  };
  const fingerprint = createFingerprint();
  const tags = new Set<string>();
  const told = { ids: [] as string[], attributes: [] as PlannedSample['attributes'][] };
  let hasUnits = false;
  // Told with the first sample: a dataset in which no name has a partner is refused as a whole, in one line.
  const untold: CellFailed[] = [];
  const codes = new Set<string>();
  let samples = 0;
  let problems = 0;
  const entries = dataset.entries(({ path, message }) => {
    emit({ kind: 'warning', message: `${path}: ${message}` });
  });
  const seen = watched(entries, watches);
  const { entries: taken, drawn, tooRare = [] } = await takeImages(dataset.name, seen, request, signal);
  const withStates = withFiles(partOf(taken, shard), known);
  for await (const { record, files } of mapInOrder(withStates, WIDTH, planned)) {
    throwIfCancelled(signal);
    await append(record);
    request.onPlanned?.(record);
    if (record.kind === 'problem') {
      problems++;
      codes.add(record.failure.code);
      const { dataset: of, id, failure } = record;
      const event = { kind: 'cell-failed', model: '*', dataset: of, id, failure } as const;
      if (samples === 0) untold.push(event);
      else emit(event);
      continue;
    }
    for (const event of untold.splice(0)) emit(event);
    await known.add(files);
    samples++;
    fingerprint.add(record.id, record);
    told.ids.push(record.id);
    told.attributes.push(record.attributes);
    hasUnits ||= record.unit !== undefined;
    for (const tag of dataset.tagsOf({ ...record })) tags.add(tag);
    emit({ kind: 'progress', phase: 'plan', done: before + samples, total: undefined });
  }
  if (samples + problems === 0 && shard === null) {
    throw new MaskbenchError('data.empty', `dataset "${dataset.name}" has no pairs`, {
      where: dataset.root,
      remedy: 'check its root and layout with "maskbench datasets verify"',
    });
  }
  if (samples === 0 && shard === null) {
    const found = [...codes].join();
    if (found === 'data.unpaired') throw nonePaired(dataset, untold);
    if (found === 'data.missing') throw noneThere(dataset, untold);
  }
  for (const event of untold) emit(event);
  const { name, spec } = dataset;
  const remark = (message: string): void => emit({ kind: 'warning', message });
  if (tooRare.length > 0) remark(rareText(name, tooRare, request));
  const unitFlag = request.described?.name === name ? request.described.unitFlag : undefined;
  const clusters = hasUnits ? undefined : suspectedClusters({ name, tags: [...tags], ...told, unitFlag });
  if (clusters !== undefined) remark(clusters);
  const readings = await decideReadings(name, { truths, masks }, remark, signal, known);
  return {
    name,
    spec,
    fingerprint: fingerprint.digest(),
    samples,
    problems,
    tags: [...tags].sort(),
    ...(drawn === undefined ? {} : { drawn }),
    ...readings,
  };
}

/** The datasets, and which of their images where not all are taken. */
function labelOf({ datasets, limit = null, sample }: PlanRequest): string {
  const names = datasets.map(({ name }) => name).join(', ');
  const each = datasets.length > 1 ? ' of each' : '';
  if (sample !== undefined) return `${names} (at most ${chosenText({ kind: 'drawn', ...sample }, each)})`;
  return limit === null ? names : `${names} (${chosenText({ kind: 'first', limit }, each)})`;
}

function rareText(name: string, tooRare: readonly string[], { sample }: ImageChoice): string {
  const { by = '' } = sample ?? {};
  const many =
    tooRare.length === 1 ? `a value of ${by} is` : `${counted(tooRare.length, 'value')} of ${by} are`;
  return `${name}: ${many} too rare for an image in a sample of ${sample?.count ?? 0}: ${listed(tooRare)}`;
}

/** Nothing could be done of such a run, and its folder would be in the way of the next try. */
function nonePaired({ name, root }: Dataset, failed: readonly CellFailed[]): MaskbenchError {
  const isImage = ({ failure }: CellFailed): boolean => failure.message.startsWith(WITHOUT_TRUTH);
  const images = failed.filter(isImage);
  const ids = images.map(({ id }) => id);
  const others = failed.filter((event) => !isImage(event)).map(({ id }) => id);
  const [first] = images;
  const place = first?.failure.message.slice(WITHOUT_TRUTH.length) ?? '';
  const there = `images: ${listed(ids) || 'none'}; ground truths: ${listed(others) || 'none'}`;
  const tried = suggestAffixes({ flag: 'image', ids }, { flag: 'mask', ids: others });
  return new MaskbenchError(
    'data.unpaired',
    `no image of "${name}" has a ground truth by its name${place} (${there})`,
    {
      where: first?.failure.where ?? root,
      remedy:
        tried === undefined
          ? 'names must agree but for the extension, or say what else is in them: --mask-prefix, --mask-suffix, --image-prefix, --image-suffix, or prefix and suffix in its spec'
          : `${tried}, or prefix and suffix in its spec`,
    },
  );
}

/** The same of a folder without pictures. */
function noneThere({ name, root }: Dataset, [first]: readonly CellFailed[]): MaskbenchError {
  const { where = root, message } = first?.failure ?? {};
  return new MaskbenchError('data.missing', `dataset "${name}" has nothing to run on: ${message}`, {
    where,
    remedy: 'check its folders with "maskbench datasets verify"',
  });
}

async function watchesOf(models: readonly ReadyModel[]): Promise<ReadonlyMap<string, SampleWatch>> {
  const watches = new Map<string, SampleWatch>();
  for (const model of models) {
    const watch = await runnerOf(model.spec).watch?.(model);
    if (watch !== undefined) watches.set(model.spec.name, watch);
  }
  return watches;
}

async function* watched(
  entries: AsyncIterable<DatasetEntry>,
  watches: ReadonlyMap<string, SampleWatch>,
): AsyncGenerator<DatasetEntry, void, undefined> {
  for await (const entry of entries) {
    for (const watch of watches.values()) watch.see(entry);
    yield entry;
  }
}

/** Each entry with what is known of its files. */
async function* withFiles(
  entries: AsyncIterable<DatasetEntry>,
  known: KnownFiles,
): AsyncGenerator<readonly [DatasetEntry, SampleFiles], void, undefined> {
  for await (const entry of entries) {
    const files =
      entry.kind === 'sample' ? known.of(entry.sample, entry.stats) : known.of(entry.problem, undefined);
    yield [entry, await files];
  }
}

/** Every n-th sample for shard i of n; problems are all kept by the first shard. */
async function* partOf(
  entries: Iterable<DatasetEntry> | AsyncIterable<DatasetEntry>,
  shard: readonly [number, number] | null,
): AsyncGenerator<DatasetEntry, void, undefined> {
  const [part, parts] = shard ?? [1, 1];
  let index = 0;
  for await (const entry of entries) {
    if (entry.kind === 'problem') {
      if (part === 1) yield entry;
    } else if (index++ % parts === part - 1) yield entry;
  }
}
