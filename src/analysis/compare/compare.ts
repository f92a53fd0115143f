import {
  COMPARISON_VERSION,
  type Comparison,
  type Difference,
  type PairComparison,
} from '../../schema/comparison.js';
import { MaskbenchError } from '../../core/errors.js';
import { choose } from '../../core/names.js';
import { suspectedClusters } from '../../datasets/suspected-clusters.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { knownMetrics } from '../../metrics/registry.js';
import {
  haveOneKey,
  protocolOf,
  refusal,
  remarksOn,
  settingsDifferences,
  sharedSignatures,
} from './admissibility.js';
import { imageDifferences, type LoadedSide } from './image-differences.js';
import { compareMetrics, type Resampling } from './metric-comparison.js';
import { pairModels, type ModelChoice } from './pair-models.js';
import { largestGains, largestLosses, pairImages, scopeScores, type PairedImages } from './paired-images.js';
import { serviceChanges } from './service-changes.js';
import { describeSide, type Side, type SideFacts } from './side.js';
import { compareSlices } from './slices.js';
import { compareStoredTimes } from './stored-latency.js';
import type { StoredTimes } from '../../store/stored-times.js';

export interface CompareOptions {
  readonly models?: ModelChoice;
  /** Only these metrics, by id; slices and moved images are by the first. Default: all that both sides have. */
  readonly metrics?: readonly string[] | undefined;
  /** Only these datasets. */
  readonly datasets?: readonly string[] | undefined;
  /** Compare what is common in spite of differences that forbid it; the result is marked. */
  readonly force?: boolean;
  /** Default 10,000. */
  readonly resamples?: number;
  readonly seed?: string;
}

/** A comparison, and the aligned scores that a gate needs besides. */
export interface Compared {
  readonly comparison: Comparison;
  readonly pairs: readonly ComparedPair[];
}

export interface ComparedPair extends PairedImages {
  /** Whether it is one model file, fed in one way, on both sides. */
  readonly isOneKey: boolean;
}

/** Two sides that may be held against each other, with their scores aligned. */
export interface PairedSides {
  readonly before: Loaded;
  readonly after: Loaded;
  /** Those that forbid it, and were overridden. */
  readonly differences: readonly Difference[];
  readonly metrics: readonly MetricMeta[];
  readonly pairs: readonly ComparedPair[];
}

/** Images named in each direction. */
const MOVED = 10;

/**
 * Holds two sides against each other, model by model and image by image.
 *
 * @throws MaskbenchError `run.mismatch` or `data.unpaired`, naming everything that forbids it (unless `force`);
 * `config.unknown-name` or `usage` for models, metrics and datasets that are not there.
 */
export async function compareSides(
  baseline: Side,
  candidate: Side,
  options: CompareOptions = {},
): Promise<Compared> {
  const paired = await pairSides(baseline, candidate, options);
  if (!paired.pairs.some((pair) => pair.datasets.some((dataset) => dataset.ids.length > 0))) {
    const labels = [baseline, candidate].map(({ facts }) => facts.label).join(' and ');
    throw new MaskbenchError('data.empty', `${labels} have no scored image in common`);
  }
  return compareAligned(paired, options);
}

/** Aligns the scores of two sides. @throws MaskbenchError as `compareSides`. */
export async function pairSides(
  baseline: Side,
  candidate: Side,
  options: Omit<CompareOptions, 'resamples' | 'seed'>,
): Promise<PairedSides> {
  const { force = false } = options;
  const [a, b] = [baseline.facts, candidate.facts];
  const models = pairModels(a, b, options.models ?? {});
  const datasets = chooseDatasets(a, b, options.datasets);
  const [before, after] = [
    await load(
      baseline,
      models.map((pair) => pair.baseline.name),
      options.metrics,
    ),
    await load(
      candidate,
      models.map((pair) => pair.candidate.name),
      options.metrics,
    ),
  ];
  const differences = unique([
    ...settingsDifferences(a, b, models),
    ...imageDifferences(before, after, models, datasets),
  ]);
  if (differences.length > 0 && !force) throw refusal(a, b, differences);
  const metrics = chooseMetrics(a, b, options.metrics);
  if (metrics.length === 0) throw refusal(a, b, differences);
  const ids = metrics.map(({ id }) => id);
  const pairs = models.map((pair) => ({
    ...pairImages(before, after, pair, ids, datasets),
    isOneKey: haveOneKey(a, b, pair),
  }));
  return { before, after, differences, metrics, pairs };
}

/** What aligned scores show. */
export function compareAligned(
  { before, after, differences, metrics, pairs }: PairedSides,
  { resamples = 10_000, seed = 'maskbench' }: Pick<CompareOptions, 'resamples' | 'seed'>,
): Compared {
  const [a, b] = [before.facts, after.facts];
  const datasets = [...new Set(pairs.flatMap((pair) => pair.datasets.map(({ name }) => name)))];
  const resampling = { resamples, seed };
  const comparison: Comparison = {
    schemaVersion: COMPARISON_VERSION,
    baseline: describeSide(a),
    candidate: describeSide(b),
    signatures: sharedSignatures(a, b),
    forced: differences,
    remarks: [
      ...remarksOn(a, b, pairs),
      ...serviceChanges(pairs, before.times, after.times),
      ...clustersOf(before, datasets),
    ],
    pairs: pairs.map((pair) => comparePair(pair, before, after, metrics, resampling)),
  };
  return { comparison, pairs };
}

/** Datasets whose images may not be independent, each in a sentence. */
function clustersOf({ facts, scores }: LoadedSide, datasets: readonly string[]): readonly string[] {
  return scores.datasets.flatMap((one) => {
    if (!datasets.includes(one.name)) return [];
    const tags = facts.datasets.find(({ name }) => name === one.name)?.tags ?? [];
    const clusters = suspectedClusters({ ...one, tags });
    return clusters === undefined ? [] : [`${clusters}.`];
  });
}

interface Loaded extends LoadedSide {
  readonly times: ReadonlyMap<string, StoredTimes>;
}

async function load(
  side: Side,
  models: readonly string[],
  metrics: readonly string[] | undefined,
): Promise<Loaded> {
  const scores = await side.loadScores(models, metrics);
  return { facts: side.facts, scores, times: await side.loadTimes(models) };
}

function comparePair(
  pair: PairedImages,
  before: Loaded,
  after: Loaded,
  metrics: readonly MetricMeta[],
  resampling: Resampling,
): PairComparison {
  const { baseline, candidate, datasets } = pair;
  const own = { ...resampling, seed: `${resampling.seed}/${baseline.name}/${candidate.name}` };
  const [first] = metrics;
  const primary = scopeScores(datasets, first);
  const a = { facts: before.facts, times: before.times.get(baseline.name) };
  const b = { facts: after.facts, times: after.times.get(candidate.name) };
  const [memoryA, memoryB] = [a.times?.peakRssBytes ?? null, b.times?.peakRssBytes ?? null];
  const latency = compareStoredTimes(a, b, own);
  return {
    baseline: { name: baseline.name, sha256: baseline.sha256, bytes: baseline.bytes },
    candidate: { name: candidate.name, sha256: candidate.sha256, bytes: candidate.bytes },
    leaked: datasets
      .filter(({ leaked }) => leaked.length > 0)
      .map(({ name, leaked }) => ({ dataset: name, tags: leaked })),
    metrics: compareMetrics(datasets, metrics, own),
    slices: compareSlices(datasets, first, own),
    moved:
      primary.n === 0
        ? null
        : {
            metric: first.id,
            losses: largestLosses(primary, MOVED),
            gains: largestGains(primary, MOVED),
          },
    latency,
    peakRssBytes:
      latency.kind === 'stored' && memoryA !== null && memoryB !== null
        ? { baseline: memoryA, candidate: memoryB }
        : null,
  };
}

/** All datasets of either side, or those asked for. */
function chooseDatasets(
  a: SideFacts,
  b: SideFacts,
  wanted: readonly string[] | undefined,
): readonly string[] {
  const names = [...new Set([...a.datasets, ...b.datasets].map(({ name }) => name))];
  return choose('the two runs have no common dataset', names, String, wanted);
}

/** The metrics of the protocols that both sides have, or those asked for, in the order asked. */
function chooseMetrics(
  a: SideFacts,
  b: SideFacts,
  wanted: readonly string[] | undefined,
): readonly MetricMeta[] {
  const protocols = sharedSignatures(a, b).map(protocolOf);
  const known = knownMetrics()
    .map(({ meta }) => meta)
    .filter(
      ({ id, protocol }) => protocols.includes(protocol) && a.metrics.includes(id) && b.metrics.includes(id),
    );
  const chosen = choose('the two runs have no common metric', known, ({ id }) => id, wanted);
  return wanted === undefined
    ? chosen
    : chosen.toSorted((x, y) => wanted.indexOf(x.id) - wanted.indexOf(y.id));
}

function unique(differences: readonly Difference[]): readonly Difference[] {
  return [...new Map(differences.map((difference) => [difference.message, difference])).values()];
}
