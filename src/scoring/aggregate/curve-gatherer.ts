import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import { addCurves, curvesOfCounts, type CurveReading, type PairCurves } from '../../metrics/curves.js';
import { createDatasetCurves, type DatasetCurves } from '../../metrics/dataset-curves.js';
import type { Conventions } from '../../metrics/metric.js';
import { unpackCounts } from '../class-counts.js';

/** Adds up the curves of a dataset's images from what their score records keep. */
export interface CurveGatherer {
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
