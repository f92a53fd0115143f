import {
  addToCurveSums,
  emptyCurveSums,
  mergeCurveSums,
  type CurveName,
  type CurveReading,
  type CurveSums,
} from './curves.js';
import { fBeta } from './f-beta.js';
import type { Pair } from './metric.js';

/** A mean over images for each threshold 0..255; null where it is defined for none of them. */
type Curve = readonly (number | null)[];

/** A point of a curve. */
interface CurvePoint {
  readonly threshold: number;
  readonly value: number;
}

/** What is left of a dataset's curves once all its images are in. Points are undefined when no image is. */
export interface DatasetCurves {
  readonly protocol: string;
  readonly images: number;
  readonly curves: Readonly<Partial<Record<CurveName, Curve>>>;
  /** Maximum of the mean F curve: the maximal F that PySODMetrics prints for a dataset. */
  readonly maxF: CurvePoint | undefined;
  /** Maximum of the F of mean precision and mean recall: the maximal F of the DIS paper's own code. */
  readonly maxFOfMeans: CurvePoint | undefined;
  /** The one threshold that would have served the whole dataset best; on a tie the one nearest to the default. */
  readonly bestIou: CurvePoint | undefined;
  /** Mean IoU at the default threshold. */
  readonly defaultIou: CurvePoint | undefined;
  /** What the default costs: best less default mean IoU, >= 0. */
  readonly cost: number | undefined;
}

/** Gathers curves pair by pair; memory does not grow with the number of pairs. */
interface DatasetCurvesBuilder {
  readonly sums: CurveSums;
  add(pair: Pair): void;
  merge(other: CurveSums): void;
  /** @param defaultThreshold the threshold that is compared with the best, 1..255 */
  finish(defaultThreshold: number): DatasetCurves;
}

/** Curves of a dataset, from its pairs or from sums that others have gathered. */
export function createDatasetCurves(reading: CurveReading): DatasetCurvesBuilder {
  const sums = emptyCurveSums(reading.protocol);
  return {
    sums,
    add: (pair) => addToCurveSums(sums, reading, pair),
    merge: (other) => mergeCurveSums(sums, other),
    finish: (defaultThreshold) => finishCurves(sums, defaultThreshold),
  };
}

/** Mean curves and their notable points. Of no images: empty curves and no points. */
function finishCurves(
  { protocol, images, sums, counts }: CurveSums,
  defaultThreshold: number,
): DatasetCurves {
  const curves: Partial<Record<CurveName, Curve>> = {};
  for (const name of Object.keys(sums) as CurveName[]) {
    const defined = counts[name] ?? [];
    curves[name] = sums[name]?.map((sum, t) => (defined[t] > 0 ? sum / defined[t] : null)) ?? [];
  }
  const iou = curves.iou ?? [];
  const bestIou = highest(iou, defaultThreshold);
  const defaultIou = pointAt(iou, defaultThreshold);
  return {
    protocol,
    images,
    curves,
    maxF: highest(curves.f ?? [], defaultThreshold),
    maxFOfMeans: highest(fOfMeans(curves.precision ?? [], curves.recall ?? []), defaultThreshold),
    bestIou,
    defaultIou,
    cost: bestIou && defaultIou && bestIou.value - defaultIou.value,
  };
}

/** F of precision and recall at each threshold; null where one of them is. */
function fOfMeans(precision: Curve, recall: Curve): Curve {
  return precision.map((p, t) => {
    const r = recall[t];
    return p === null || r === null ? null : fBeta(p, r);
  });
}

function highest(curve: Curve, preferred: number): CurvePoint | undefined {
  let best: CurvePoint | undefined;
  for (let threshold = 0; threshold < curve.length; threshold++) {
    const value = curve[threshold];
    if (value === null) continue;
    const nearer =
      best !== undefined && Math.abs(threshold - preferred) < Math.abs(best.threshold - preferred);
    if (best === undefined || value > best.value || (value === best.value && nearer)) {
      best = { threshold, value };
    }
  }
  return best;
}

function pointAt(curve: Curve, threshold: number): CurvePoint | undefined {
  const value = curve[threshold] ?? null;
  return value === null ? undefined : { threshold, value };
}
