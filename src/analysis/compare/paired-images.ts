import { leakedTags } from '../../schema/leakage.js';
import { pairedGains } from '../../stats/differences.js';
import type { MovedImage } from '../../schema/comparison.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { datasetOf, type LoadedSide } from './image-differences.js';
import type { ModelPair } from './pair-models.js';
import type { Attributes, ScoredDataset } from '../../store/load-run-scores.js';

/** The images that both models were scored on, aligned. */
export interface PairedImages extends ModelPair {
  readonly datasets: readonly PairedDataset[];
}

export interface PairedDataset {
  readonly name: string;
  /** Tags of pictures in it that either model was trained on. */
  readonly leaked: readonly string[];
  readonly ids: readonly string[];
  readonly attributes: readonly Attributes[];
  /** The independent unit of each image; absent where each is one of its own. */
  readonly units?: readonly string[];
  /** Whether both models are known to have made the same matte of every image, and have the same scores for it. */
  readonly isEqual: boolean;
  /** By metric id, aligned with `ids`; NaN where the metric is undefined. */
  readonly baseline: ReadonlyMap<string, Float64Array>;
  readonly candidate: ReadonlyMap<string, Float64Array>;
}

/** Pairs by id; images that are not on both sides, not the same or not scored on both are left out. */
export function pairImages(
  a: LoadedSide,
  b: LoadedSide,
  models: ModelPair,
  metrics: readonly string[],
  datasets: readonly string[],
): PairedImages {
  const paired = datasets.flatMap((name): PairedDataset[] => {
    const [ours, theirs] = [datasetOf(a, name), datasetOf(b, name)];
    if (ours === undefined || theirs === undefined) return [];
    const rows = commonRows(ours, theirs, models);
    const columns = (side: LoadedSide, dataset: ScoredDataset, model: string, at: Rows) =>
      new Map(metrics.map((metric) => [metric, columnOf(side, dataset, model, metric, at)]));
    const baseline = columns(a, ours, models.baseline.name, rows.ours);
    const candidate = columns(b, theirs, models.candidate.name, rows.theirs);
    const { units } = ours;
    return [
      {
        name,
        leaked: leakedInto(a, name, models),
        ids: taken(ours.ids, rows.ours),
        attributes: taken(ours.attributes, rows.ours),
        ...(units === undefined || theirs.units === undefined ? {} : { units: taken(units, rows.ours) }),
        isEqual:
          haveEqualMattes(ours, theirs, models, rows) &&
          metrics.every((metric) => areEqual(baseline.get(metric), candidate.get(metric))),
        baseline,
        candidate,
      },
    ];
  });
  return { ...models, datasets: paired };
}

/** Rows of a dataset, in order; undefined for all of them, of which nothing need be copied then. */
type Rows = Int32Array | undefined;

interface CommonRows {
  readonly n: number;
  readonly ours: Rows;
  readonly theirs: Rows;
}

function commonRows(
  ours: ScoredDataset,
  theirs: ScoredDataset,
  { baseline, candidate }: ModelPair,
): CommonRows {
  const scored = ours.models.get(baseline.name)?.scored;
  const theirScored = theirs.models.get(candidate.name)?.scored;
  const isSameList =
    ours.ids.length === theirs.ids.length && ours.ids.every((id, row) => id === theirs.ids[row]);
  const rowOf = isSameList ? undefined : new Map(theirs.ids.map((id, row) => [id, row]));
  const [own, others] = [new Int32Array(ours.ids.length), new Int32Array(ours.ids.length)];
  let n = 0;
  for (const [row, id] of ours.ids.entries()) {
    const other = rowOf === undefined ? row : rowOf.get(id);
    if (other === undefined || ours.contents[row] !== theirs.contents[other]) continue;
    if (scored?.[row] !== 1 || theirScored?.[other] !== 1) continue;
    own[n] = row;
    others[n] = other;
    n++;
  }
  if (isSameList && n === own.length) return { n, ours: undefined, theirs: undefined };
  return { n, ours: own.subarray(0, n), theirs: others.subarray(0, n) };
}

function taken<T>(all: readonly T[], rows: Rows): readonly T[] {
  return rows === undefined ? all : Array.from(rows, (row) => all[row]);
}

function columnOf(
  { scores }: LoadedSide,
  dataset: ScoredDataset,
  model: string,
  metric: string,
  rows: Rows,
): Float64Array {
  const column = dataset.models.get(model)?.columns[scores.metrics.indexOf(metric)];
  if (rows === undefined && column !== undefined) return column;
  return Float64Array.from(rows ?? dataset.ids.keys(), (row) => column?.[row] ?? Number.NaN);
}

function haveEqualMattes(
  a: ScoredDataset,
  b: ScoredDataset,
  { baseline, candidate }: ModelPair,
  { n, ours, theirs }: CommonRows,
): boolean {
  const before = a.models.get(baseline.name)?.matteOf;
  const after = b.models.get(candidate.name)?.matteOf;
  for (let i = 0; i < n; i++) {
    const matte = before?.(ours?.[i] ?? i);
    if (matte === undefined || matte !== after?.(theirs?.[i] ?? i)) return false;
  }
  return true;
}

function areEqual(a: Float64Array = new Float64Array(0), b: Float64Array = new Float64Array(0)): boolean {
  return a.every((value, row) => Object.is(value, b[row]));
}

function leakedInto(
  { facts }: LoadedSide,
  dataset: string,
  { baseline, candidate }: ModelPair,
): readonly string[] {
  const tags = facts.datasets.find(({ name }) => name === dataset)?.tags ?? [];
  const seen = [...baseline.spec.trainedOn, ...candidate.spec.trainedOn];
  return [...new Set(leakedTags(seen, tags))];
}

/** One metric's scores over some of the paired images: those where it is defined on both sides. */
export interface ScopedScores {
  readonly n: number;
  readonly baseline: Float64Array;
  readonly candidate: Float64Array;
  /** Positive is better. */
  readonly gains: Float64Array;
  /** Images where it is undefined for one side only. */
  readonly undefinedBaseline: number;
  readonly undefinedCandidate: number;
  /** The dataset and the row of every score. */
  readonly sources: readonly PairedDataset[];
  readonly rows: Uint32Array;
}

/**
 * Over the datasets given, or over a part of their images.
 *
 * @param isIn is told what is known of an image, and its number among those of all datasets given
 */
export function scopeScores(
  datasets: readonly PairedDataset[],
  { id, better }: Pick<MetricMeta, 'id' | 'better'>,
  isIn: (attributes: Attributes, image: number) => boolean = () => true,
): ScopedScores {
  const size = datasets.reduce((sum, { ids }) => sum + ids.length, 0);
  const [baseline, candidate] = [new Float64Array(size), new Float64Array(size)];
  const rows = new Uint32Array(size);
  const sources: PairedDataset[] = [];
  let n = 0;
  let first = 0;
  let undefinedBaseline = 0;
  let undefinedCandidate = 0;
  for (const dataset of datasets) {
    const offset = first;
    first += dataset.ids.length;
    const before = dataset.baseline.get(id);
    const after = dataset.candidate.get(id);
    if (before === undefined || after === undefined) continue;
    for (let row = 0; row < before.length; row++) {
      if (!isIn(dataset.attributes[row], offset + row)) continue;
      const [x, y] = [before[row], after[row]];
      if (Number.isNaN(x) && !Number.isNaN(y)) undefinedBaseline++;
      if (Number.isNaN(y) && !Number.isNaN(x)) undefinedCandidate++;
      if (Number.isNaN(x) || Number.isNaN(y)) continue;
      baseline[n] = x;
      candidate[n] = y;
      rows[n] = row;
      sources.push(dataset);
      n++;
    }
  }
  const [x, y] = [baseline.subarray(0, n), candidate.subarray(0, n)];
  const gains = pairedGains(x, y, better);
  return { n, baseline: x, candidate: y, gains, undefinedBaseline, undefinedCandidate, sources, rows };
}

/** The images with the lowest gains below zero, the worst first; at most `count`. */
export function largestLosses(scores: ScopedScores, count: number): readonly MovedImage[] {
  return pick(scores, count, (gain) => -gain);
}

/** The images with the highest gains above zero, the best first; at most `count`. */
export function largestGains(scores: ScopedScores, count: number): readonly MovedImage[] {
  return pick(scores, count, (gain) => gain);
}

/** The images that a rule names, by gain, the worst first. */
export function imagesWhere(
  scores: ScopedScores,
  isMeant: (gain: number, i: number) => boolean,
): readonly MovedImage[] {
  const found: number[] = [];
  for (let i = 0; i < scores.n; i++) if (isMeant(scores.gains[i], i)) found.push(i);
  return found.sort((a, b) => scores.gains[a] - scores.gains[b]).map((i) => describe(scores, i));
}

function pick(
  scores: ScopedScores,
  count: number,
  amountOf: (gain: number) => number,
): readonly MovedImage[] {
  const { gains, n } = scores;
  const moved: number[] = [];
  for (let i = 0; i < n; i++) if (amountOf(gains[i]) > 0) moved.push(i);
  return moved
    .sort((a, b) => amountOf(gains[b]) - amountOf(gains[a]) || a - b)
    .slice(0, count)
    .map((i) => describe(scores, i));
}

function describe({ sources, rows, baseline, candidate, gains }: ScopedScores, i: number): MovedImage {
  const source = sources[i];
  return {
    dataset: source.name,
    id: source.ids[rows[i]],
    baseline: baseline[i],
    candidate: candidate[i],
    gain: gains[i],
  };
}
