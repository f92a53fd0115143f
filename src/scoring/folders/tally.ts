import type { Failure } from '../../core/failure.js';
import type { FlipSummary, MetricMean, ThresholdRow } from '../../schema/summary.js';
import type { Metric } from '../../metrics/metric.js';
import { metricsOf, protocolsOf } from '../../metrics/registry.js';
import { curveSums, type CurveGatherer } from '../aggregate/curve-gatherer.js';
import { countFlips } from '../aggregate/flips.js';
import { metricMeans } from '../aggregate/metric-means.js';
import { scoreRow, type ScoreRow } from '../aggregate/score-row.js';
import { bestThreshold } from '../aggregate/best-threshold.js';
import type { FolderPlan } from './folder-plan.js';
import type { FolderCell, FolderScoring } from './score-folders.js';

/** What the scores of a plan come to. */
export interface FolderResults {
  readonly metrics: readonly Metric[];
  /** One a method and dataset, datasets in the order of the plan. */
  readonly scores: readonly FolderScores[];
  readonly flips: FlipSummary | undefined;
  /** In the order of the plan. */
  readonly failures: readonly FolderFailure[];
}

export interface FolderScores {
  readonly method: string;
  readonly dataset: string;
  readonly scored: number;
  readonly failed: number;
  readonly metrics: Readonly<Record<string, MetricMean>>;
  /** Where a protocol reads masks at the threshold. */
  readonly threshold: Pick<ThresholdRow, 'used' | 'best' | 'cost'> | undefined;
}

export interface FolderFailure {
  readonly method: string;
  readonly dataset: string;
  readonly id: string;
  readonly failure: Failure;
}

interface FolderTally {
  add(cell: FolderCell): void;
  finish(): FolderResults;
}

/** Gathers cells: a few numbers of each, and the failed ones. */
export function tallyFolders(plan: FolderPlan, { protocols, conventions }: FolderScoring): FolderTally {
  const metrics = metricsOf(protocols);
  const ids = metrics.map(({ meta }) => meta.id);
  const curves = protocolsOf(protocols).flatMap((of) =>
    of.curves?.holdsThreshold === true ? of.curves : [],
  );
  const flips = countFlips(ids);
  const failures: FolderFailure[] = [];
  const groups = plan.groups.flatMap(({ dataset, methods }) =>
    methods.map(({ method }): Group => {
      const gatherer = curveSums(curves, conventions);
      return { method, dataset, rows: [], failed: 0, curves: gatherer };
    }),
  );
  const byName = new Map(groups.map((group) => [nameOf(group), group]));
  return {
    add(cell) {
      const { method, dataset, id } = cell;
      const group = byName.get(nameOf(cell));
      if (group === undefined) return;
      if (cell.status === 'failed') {
        group.failed++;
        failures.push({ method, dataset, id, failure: cell.failure });
        return;
      }
      const row = scoreRow(ids, cell.metrics, cell.counts);
      group.rows.push(row);
      flips.add({ model: method, dataset, id }, row);
      if (curves.length > 0 && cell.histogram !== undefined) group.curves.add(cell.histogram);
    },
    finish: () => ({
      metrics,
      scores: groups.map(({ method, dataset, rows, failed, curves: gathered }) => ({
        method,
        dataset,
        scored: rows.length,
        failed,
        metrics: metricMeans(rows, metrics, conventions.empty),
        threshold: gathered
          .finish()
          .map(bestThreshold)
          .find((of) => of !== undefined),
      })),
      flips: flips.summary(),
      failures,
    }),
  };
}

interface Group {
  readonly method: string;
  readonly dataset: string;
  readonly rows: ScoreRow[];
  failed: number;
  readonly curves: CurveGatherer;
}

function nameOf({ method, dataset }: Pick<Group, 'method' | 'dataset'>): string {
  return JSON.stringify([method, dataset]);
}
