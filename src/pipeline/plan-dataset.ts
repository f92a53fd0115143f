import { createHash, type Hash } from 'node:crypto';
import { throwIfCancelled } from '../core/cancelled.js';
import { MaskbenchError } from '../core/errors.js';
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
import type { PlannedSample } from '../schema/planned-sample.js';
import type { ReadyModel, RunBasis, SampleWatch } from '../runners/runner.js';
import type { EventSink, RunEvent } from '../schema/events.js';
import type { RunDataset } from '../store/manifest.js';
import type { KnownFiles, SampleFiles } from '../store/known-files.js';
import type { PlanRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';
import { cellKeysOf, planEntry } from './plan-entry.js';

/** What all datasets of a run are planned by. */
export interface DatasetPlanRequest extends ImageChoice {
  readonly folder: RunFolder;
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
  /** Sees every record of the plan. */
  readonly onPlanned?: ((record: PlanRecord) => void) | undefined;
}

type CellFailed = Extract<RunEvent, { kind: 'cell-failed' }>;

/** Files hashed at once. */
const WIDTH = 4;

/**
 * Plans one dataset: appends a record of each of its samples, of those that are no usable pair too, and decides how its masks are read.
 *
 * @param before samples of the datasets before it
 * @throws MaskbenchError `data.empty`, `data.unpaired`, `data.missing` where nothing of it could be run; as `decideReadings` does.
 */
export async function planDataset(
  request: DatasetPlanRequest,
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
  const list = createHash('sha256');
  const withStates = withFiles(partOf(taken, shard, list), known);
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
    ...(shard === null ? {} : { listed: list.digest('hex') }),
    ...(drawn === undefined ? {} : { drawn }),
    ...readings,
  };
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

/** Every n-th sample for shard i of n; problems are all kept by the first shard. `list` gets every entry's name, which other shards must have too. */
async function* partOf(
  entries: Iterable<DatasetEntry> | AsyncIterable<DatasetEntry>,
  shard: readonly [number, number] | null,
  list: Hash,
): AsyncGenerator<DatasetEntry, void, undefined> {
  const [part, parts] = shard ?? [1, 1];
  let index = 0;
  for await (const entry of entries) {
    const { id } = entry.kind === 'problem' ? entry.problem : entry.sample;
    if (shard !== null) list.update(`${JSON.stringify([entry.kind, id])}\n`);
    if (entry.kind === 'problem') {
      if (part === 1) yield entry;
    } else if (index++ % parts === part - 1) yield entry;
  }
}
