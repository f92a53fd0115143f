import type { Comparison, MovedImage } from './comparison.js';

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** What a gate decided, with its evidence: the only input of the verdict reports. Plain data. */
export interface GateOutcome {
  readonly schemaVersion: number;
  readonly gate: { readonly name: string; readonly description: string | null; readonly sha256: string };
  readonly verdict: Verdict;
  readonly pairs: readonly PairVerdict[];
  readonly comparison: Comparison;
}

/** The gate's checks of one candidate model against one baseline model. */
export interface PairVerdict {
  readonly baseline: string;
  readonly candidate: string;
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
}

export interface Check {
  /** Unique in its pair, and stable from run to run, e.g. `accuracy/iou/all`. */
  readonly id: string;
  /** Of its rule, e.g. `accuracy`; checks are listed in the order of the gate's rules. */
  readonly kind: string;
  /** What the gate asks for, in words. */
  readonly rule: string;
  readonly verdict: Verdict;
  /** What decided, with its figures, in one line. */
  readonly evidence: string;
  /** The same for machines; null where there is no such figure. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** Images that the evidence is about, the worst first. */
  readonly images: readonly MovedImage[];
}

/** A conjunction: one failure fails, else one open question leaves the whole open. Nothing at all decides nothing. */
export function overallVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.length === 0 || verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}
