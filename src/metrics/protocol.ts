import type { ProtocolTable } from '../schema/protocol-summary.js';
import type { PluginVersion } from '../core/plugins/parts.js';
import type { CurveReading } from './curves.js';
import type { Conventions, Metric, Pair } from './metric.js';

/**
 * One way of scoring mattes, as data: all that the rest of Maskbench knows of it. The ids of its metrics begin with its own
 * and a full stop; those of `fixed`, the first, have none.
 */
export interface Protocol {
  readonly id: string;
  readonly title: string;
  /** In the order in which they are listed everywhere. */
  readonly metrics: readonly Metric[];
  /** Those that a run may choose, and its config has under `scoring`. */
  readonly conventions: readonly (keyof Conventions)[];
  /** The `key:value` parts of its signature: every convention behind its numbers. */
  signature(conventions: Conventions): readonly string[];
  /** The plug-in that it comes from, which is a part of its signature; absent for ours. */
  readonly plugin?: PluginVersion;
  /** Raised whenever one of its metrics gives another number for the same images and conventions. */
  readonly version: number;
  /** How the scores of one pair come about: intermediate values in the order in which they are made, with their formulas. */
  explain?(pair: Pair): readonly Step[];
  /** Id of the metric that models are ranked, sliced and plotted by. */
  readonly headline: string;
  /** Ids of the metrics that a narrow list shows, most telling first. */
  readonly main: readonly string[];
  /** Its table in reports. */
  readonly table: ProtocolTable;
  /** Its scores over all thresholds; absent where it has none. */
  readonly curves?: CurveReading;
}

/** A line of an explanation. */
export interface Step {
  readonly label: string;
  readonly text: string;
}
