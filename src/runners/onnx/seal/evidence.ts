import type { ProviderProof } from '../proof/prove-provider.js';
import type { WarmUp } from '../timing/warm-up.js';
import type { CardEvidence } from './card.js';
import type { Conditions } from './conditions.js';

/** All that the seal of one model's times is decided by. */
export interface SealEvidence {
  /**
   * `only-provider`: the session had no other one to run on; `untold`: a program of somebody else's, which may compute anywhere.
   * Null if it was not checked where the nodes run.
   */
  readonly proof: Pick<ProviderProof, 'provider' | 'nodes' | 'computing'> | 'only-provider' | 'untold' | null;
  /** Other inference of Maskbench at the time, in words; none if there was none. */
  readonly neighbours: readonly string[];
  readonly warmUp: Pick<WarmUp, 'inferenceMs' | 'totalMs' | 'settled'>;
  /** Milliseconds of every recorded prediction, pass by pass over the same images. */
  readonly passes: readonly (readonly number[])[];
  /** Recorded predictions of the dataset that has the fewest, and how many the figures need. */
  readonly samples: number;
  readonly samplesNeeded: number;
  /** Images that were timed, and those that there are in all datasets. */
  readonly images: number;
  readonly imagesThere: number;
  /** How far windows may lie apart, e.g. 0.1. */
  readonly tolerance: number;
  /** Of a moment in which we did nothing; null if nobody looked. */
  readonly before: Conditions | null;
  readonly during: Conditions;
  /** Of the timed process while it was recorded: processor time, and times that its threads had to make way for others. */
  readonly process: { readonly cpuMs: number; readonly involuntarySwitches: number };
  /** Whether what a Linux system can always tell has to be known (see docs/timing.md). */
  readonly demandsKnown: boolean;
  /** Null on a CPU. */
  readonly card: CardEvidence | null;
}
