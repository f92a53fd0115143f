import { confusionAt, confusionsByThreshold } from '../confusion.js';
import { sodHistogram } from '../joint-histogram.js';
import type { Confusion, PairIntermediate } from '../metric.js';
import { firstValue, stretch } from './stretch.js';

/** The counts of a stretched prediction under each way that PySODMetrics has of making it binary. */
interface SodCounts {
  /** At each of the 256 thresholds: level * 255, truncated, `>= index`. */
  readonly dynamic: readonly Confusion[];
  /** Level `>=` the adaptive threshold. */
  readonly adaptive: Confusion;
  /** Level `> 0.5`. */
  readonly binary: Confusion;
}

export const sodCounts: PairIntermediate<SodCounts> = {
  name: 'counts by threshold',
  compute: (pair) => {
    const histogram = pair.get(sodHistogram);
    const { level, byte, adaptiveThreshold } = pair.get(stretch);
    return {
      dynamic: confusionsByThreshold(histogram, byte),
      adaptive: confusionAt(
        histogram,
        firstValue(level, (l) => l >= adaptiveThreshold),
      ),
      binary: confusionAt(
        histogram,
        firstValue(level, (l) => l > 0.5),
      ),
    };
  },
};
