import type { Failure } from '../../core/failure.js';
import type { AccuracyRow, CellFailure, FlipSummary } from '../../schema/summary.js';
import { addCurves, type CurveReading, curvesOfCounts, type PairCurves } from '../../metrics/curves.js';
import { createDatasetCurves, type DatasetCurves } from '../../metrics/dataset-curves.js';
import type { Conventions, Metric } from '../../metrics/metric.js';
import { countFlips } from './flips.js';
import { metricMeans } from './metric-means.js';
import { gatherRows, rowWidth, type ScoredColumns, type ScoreRow } from './score-row.js';
import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import { unpackCounts } from '../class-counts.js';

/** The cells of one model on one dataset are a group. */
interface GroupName {
  readonly model: string;
  readonly dataset: string;
}

/** `unit`: the independent one that the image belongs to, where the dataset names some. */
type CellName = GroupName & { readonly id: string; readonly unit?: string | undefined };

/** Adds cells up, whoever scored them: `score` as they come, the summary of a run from its records. */
interface Tally {
  scored(cell: CellName, row: ScoreRow): void;
  failed(cell: CellName, failure: Failure): void;
  finish(): TallyResults;
}

interface TallyResults {
  /** In the order given. */
  readonly groups: readonly GroupScores[];
  readonly flips: FlipSummary | undefined;
  /** In the order in which they came. */
  readonly failures: readonly CellFailure[];
}

export type GroupScores = GroupName & Pick<AccuracyRow, 'failed' | 'metrics'> & ScoredColumns;

interface TallyOptions {
  /** At most so many failed cells are listed; all are counted. Default: all. */
  readonly named?: number;
  /** The scores of a group where somebody holds them: rows are then told for what they say by themselves, and not gathered. */
  readonly columnsOf?: (group: GroupName) => readonly Float64Array[];
}

export function tallyScores(
  groups: readonly GroupName[],
  metrics: readonly Metric[],
  empty: Conventions['empty'],
  { named = Number.POSITIVE_INFINITY, columnsOf }: TallyOptions = {},
): Tally {
  const flips = countFlips(metrics.map(({ meta }) => meta.id));
  const failures: CellFailure[] = [];
  const open = groups.map(({ model, dataset }) => ({
    model,
    dataset,
    rows: columnsOf === undefined ? gatherRows(rowWidth(metrics.length)) : undefined,
    units: [] as string[],
    scored: 0,
    failed: 0,
  }));
  const byName = new Map(open.map((group) => [nameOf(group), group]));
  return {
    scored(cell, row) {
      const group = byName.get(nameOf(cell));
      if (group !== undefined) {
        group.scored++;
        group.rows?.add(row);
        if (cell.unit !== undefined) group.units.push(cell.unit);
      }
      flips.add(cell, row);
    },
    failed(cell, failure) {
      const group = byName.get(nameOf(cell));
      if (group !== undefined) {
        group.failed++;
        // Who holds the scores has a place for it.
        if (group.rows === undefined && cell.unit !== undefined) group.units.push(cell.unit);
      }
      const { model, dataset, id } = cell;
      if (failures.length < named) failures.push({ model, dataset, id, failure });
    },
    finish: () => ({
      groups: open.map(({ model, dataset, rows, units: all, scored, failed }) => {
        const columns = rows?.columns() ?? columnsOf?.({ model, dataset }) ?? [];
        // a dataset names the unit of all its samples, or of none
        const units = all.length > 0 && all.length === columns[0]?.length ? all : undefined;
        const of = { columns, units, scored };
        return { model, dataset, failed, ...of, metrics: metricMeans(of, metrics, empty) };
      }),
      flips: flips.summary(),
      failures,
    }),
  };
}

/** The same for what score records keep of curves. */
interface CurveTally {
  add(group: GroupName, histogram: string): void;
  of(group: GroupName): readonly DatasetCurves[];
}

export function tallyCurves(readings: readonly CurveReading[], conventions: Conventions): CurveTally {
  const gatherers = new Map<string, CurveGatherer>();
  return {
    add(group, histogram) {
      const gatherer = gatherers.get(nameOf(group)) ?? curveSums(readings, conventions);
      gatherers.set(nameOf(group), gatherer);
      gatherer.add(histogram);
    },
    of: (group) => gatherers.get(nameOf(group))?.finish() ?? [],
  };
}

function nameOf({ model, dataset }: GroupName): string {
  return JSON.stringify([model, dataset]);
}

/** Adds up the curves of a dataset's images from what their score records keep. */
interface CurveGatherer {
  /** @param histogram the packed counts of a score record */
  add(histogram: string): void;
  finish(): readonly DatasetCurves[];
}

export function curveSums(readings: readonly CurveReading[], conventions: Conventions): CurveGatherer {
  const builders = readings.map((reading) => ({ reading, ...createDatasetCurves(reading) }));
  return {
    add(histogram) {
      const counts = unpackCounts(histogram);
      for (const { reading, sums } of builders) {
        addCurves(sums, inSteps(curvesOfCounts(reading, counts, conventions)));
      }
    },
    finish: () => builders.map((builder) => builder.finish(conventions.threshold)),
  };
}

const STEPS = 2 ** 32;

// Cells are scored in any order, and sums of doubles depend on it in their last digits. Whole numbers of 2^-32 add up
// without rounding (to two million images), so that the same cells give the same curves.
function inSteps(curves: PairCurves): PairCurves {
  const rounded = (value: MetricValue): MetricValue =>
    isDefined(value) ? Math.round(value * STEPS) / STEPS : value;
  return Object.fromEntries(
    Object.entries(curves).map(([name, values]) => [name, values.map(rounded)]),
  ) as PairCurves;
}
