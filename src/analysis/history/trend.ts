import { MaskbenchError } from '../../core/errors.js';
import { unknownName } from '../../core/names.js';
import type { Evidence } from '../../schema/evidence.js';
import type { MetricSummary, Summary } from '../../schema/summary.js';
import { overallRow, type ListedRun } from './list-runs.js';

/** A metric of a model in one run, and what is not as in the run before. */
interface TrendPoint {
  readonly run: string;
  readonly createdAt: string;
  readonly maskbenchVersion: string;
  readonly value: number;
  /** Images that it is the mean of. */
  readonly images: number;
  readonly evidence: Evidence;
  readonly changed: readonly ('model file' | `version ${string}` | 'images' | 'units' | 'conventions')[];
}

export interface Trend {
  readonly model: string;
  readonly metric: MetricSummary;
  readonly points: readonly TrendPoint[];
}

/**
 * A metric of a model over the finished runs that have it, in their order.
 *
 * @throws MaskbenchError `config.unknown-name` for a model or metric that no run has, with the nearest; `data.empty` where there is
 *   no finished run.
 */
export function trendOf(runs: readonly ListedRun[], model: string, metricId: string): Trend {
  const finished = runs.flatMap((run) => (run.kind === 'finished' ? [run] : []));
  if (finished.length === 0) {
    throw new MaskbenchError('data.empty', 'there is no finished run', {
      remedy: 'name the folder that the run folders are in',
    });
  }
  const names = namesIn(finished, ({ models }) => models.map(({ name }) => name));
  if (!names.includes(model)) throw unknownName('no run has a model', model, names);
  const metric = finished
    .flatMap(({ summary: { metrics = [] } }) => metrics)
    .find(({ id }) => id === metricId);
  if (metric === undefined) {
    const ids = namesIn(finished, ({ metrics = [] }) => metrics.map(({ id }) => id));
    throw unknownName('no run has a metric', metricId, ids);
  }
  const points: TrendPoint[] = [];
  let before: Summary | undefined;
  for (const { path, createdAt, evidence, summary } of finished) {
    const mean = overallRow(summary, model)?.metrics[metricId];
    if (mean === undefined || mean.mean === null) continue;
    const { maskbenchVersion } = summary;
    const changed = before === undefined ? [] : changes(before, summary, model, metric);
    points.push({
      run: path,
      createdAt,
      maskbenchVersion,
      value: mean.mean,
      images: mean.n,
      evidence,
      changed,
    });
    before = summary;
  }
  return { model, metric, points };
}

function namesIn(
  runs: readonly { readonly summary: Summary }[],
  of: (summary: Summary) => readonly string[],
): readonly string[] {
  return [...new Set(runs.flatMap(({ summary }) => of(summary)))];
}

function changes(
  before: Summary,
  now: Summary,
  model: string,
  { id: metricId, protocol }: MetricSummary,
): TrendPoint['changed'] {
  const bytes = ({ models }: Summary): unknown => models.find(({ name }) => name === model)?.sha256;
  const [was, is] = [before, now].map(({ models }) => models.find(({ name }) => name === model)?.version);
  const versionChange =
    was === is ? undefined : (`version (${was ?? 'untold'} to ${is ?? 'untold'})` as const);
  const images = ({ datasets }: Summary): unknown => datasets.map(({ fingerprint }) => fingerprint).join();
  // A summary has the number of units, not which images belong to each: other units of the same number are not seen.
  const units = ({ accuracy }: Summary): unknown =>
    accuracy
      .filter((row) => row.model === model && row.dataset !== null)
      .map(({ metrics }) => metrics[metricId]?.units ?? 'none')
      .join();
  const conventions = ({ signatures }: Summary): unknown =>
    signatures.find((signature) => signature.split('|', 1)[0] === protocol);
  return [
    ...(bytes(before) === bytes(now) ? [] : [versionChange ?? ('model file' as const)]),
    ...(images(before) === images(now)
      ? units(before) === units(now)
        ? []
        : (['units'] as const)
      : (['images'] as const)),
    ...(conventions(before) === conventions(now) ? [] : (['conventions'] as const)),
  ];
}
