import type { MetricMeta } from '../../../metrics/metric.js';
import type { Verdict } from '../../../schema/verdict.js';
import type { ValueRange } from '../../../stats/betting.js';
import type { Attributes } from '../../../store/load-run-scores.js';
import type { PairedDataset } from '../../compare/paired-images.js';

/** Which images count for a claim, and what of each. */
export interface Counted {
  readonly meta: MetricMeta;
  /** The claim is about the mean of the groups' means, each group being all images of some datasets. */
  readonly groups: readonly (readonly PairedDataset[])[];
  /** Default: every image. */
  isIn?(attributes: Attributes): boolean;
  valueOf(before: number, now: number): number;
}

/** A claim that can be followed while images come in: that a mean lies above a limit. */
export interface Followed extends Counted {
  readonly id: string;
  readonly range: ValueRange;
  readonly limit: number;
  /** The part of the error of passing that it may use; default all of it. */
  readonly share?: number;
}

/** What is known of a mean gain at some confidence. */
export interface Known {
  readonly verdict: Verdict;
  readonly n: number;
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What all looks at a claim so far have shown; its verdict stays, whatever comes later. */
export interface Looked extends Known {
  /** Images of the walk after which it was decided; null while it is open. */
  readonly after: number | null;
}

/** By the claim's id; undefined for one that is not followed. */
export type Looks = (id: string) => Looked | undefined;
