import type { MetricValue } from '../../schema/metric-value.js';
import type { Step } from '../../metrics/protocol.js';

/** How the scores of one image came about. */
export interface Explanation {
  readonly files: readonly Step[];
  readonly protocols: readonly ExplainedProtocol[];
}

export interface ExplainedProtocol {
  readonly protocol: string;
  readonly signature: string;
  /** Intermediate values in the order in which they are made, formulas with their numbers put in. */
  readonly steps: readonly Step[];
  readonly metrics: Readonly<Record<string, MetricValue>>;
}
