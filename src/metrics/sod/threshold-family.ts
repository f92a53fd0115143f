import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import type { Confusion, Metric, MetricMeta, PairIntermediate } from '../metric.js';
import { sodCounts } from './thresholds.js';

/** A score of counts, and what its metrics say of themselves. */
export interface ThresholdFamily extends Omit<MetricMeta, 'protocol' | 'cost' | 'needsPicture'> {
  /** The end of each id, e.g. `iou` in `sod.max_iou`. */
  readonly id: string;
  readonly score: (counts: Confusion) => MetricValue;
  /** Which of the four ways of thresholding the reference offers. */
  readonly variants: readonly Variant[];
}

export type Variant = 'max' | 'mean' | 'adp' | 'bin';

const HOW: Readonly<Record<Variant, readonly [name: string, formula: string]>> = {
  max: ['maximum', 'the largest over thresholds 0..255'],
  mean: ['mean', 'the mean over thresholds 0..255'],
  adp: ['adaptive', 'at the threshold min(2 * mean of the prediction, 1)'],
  bin: ['binary', 'where the stretched prediction is > 0.5'],
};

/** One metric a variant: `sod.<variant>_<id>`. */
export function metricsOfFamily(family: ThresholdFamily): readonly Metric[] {
  // Shared by `max` and `mean`.
  const curve: PairIntermediate<readonly MetricValue[]> = {
    name: `curve of ${family.id}`,
    compute: (pair) => pair.get(sodCounts).dynamic.map(family.score),
  };
  return family.variants.map((variant) => {
    const [how, where] = HOW[variant];
    return {
      meta: {
        id: `sod.${variant}_${family.id}`,
        name: `${family.name}, ${how}`,
        protocol: 'sod',
        range: family.range,
        better: family.better,
        formula: `${family.formula}; ${where}`,
        source: family.source,
        emptyMasks: family.emptyMasks,
        cost: 'histogram',
      },
      compute: (pair): MetricValue => {
        if (variant === 'adp') return family.score(pair.get(sodCounts).adaptive);
        if (variant === 'bin') return family.score(pair.get(sodCounts).binary);
        const values = pair.get(curve);
        return values.find((value) => !isDefined(value)) ?? REDUCE[variant](values.filter(isDefined));
      },
    };
  });
}

const REDUCE: Readonly<Record<'max' | 'mean', (values: readonly number[]) => number>> = {
  max: (values) => Math.max(...values),
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
};
