import { COMPARISON_VERSION } from '../../schema/comparison.js';
import {
  CHECK_KINDS,
  overallVerdict,
  type Check,
  type GateOutcome,
  type PairVerdict,
} from '../../schema/verdict.js';
import { accuracyChecks } from './rules/accuracy-checks.js';
import type { Compared } from '../compare/compare.js';
import type { Gate, LoadedGate } from './gate.js';
import { improveCheck } from './rules/improve-check.js';
import { latencyCheck } from './rules/latency-check.js';
import type { Resampling } from '../compare/metric-comparison.js';
import { resourceChecks } from './rules/resource-checks.js';
import { tailChecks } from './rules/tail-checks.js';

/**
 * Applies a gate to a comparison: every pair of models by itself, then all together. Passing takes every check of
 * every pair; one failure fails; anything left open leaves the whole open.
 */
export function decide(
  { comparison, pairs }: Compared,
  { gate, sha256 }: LoadedGate,
  resampling: Resampling,
): GateOutcome {
  const verdicts = pairs.map(({ datasets, baseline, candidate }, i): PairVerdict => {
    const pair = comparison.pairs[i];
    const own = { ...resampling, seed: `${resampling.seed}/${baseline.name}/${candidate.name}` };
    // What a model was trained on proves nothing about new pictures.
    const heldOut = datasets.filter(({ leaked }) => leaked.length === 0);
    const checks = sorted([
      ...accuracyChecks(heldOut, gate, own),
      ...tailChecks(heldOut, gate),
      ...(gate.latency === undefined ? [] : [latencyCheck(gate.latency, pair.latency)]),
      ...resourceChecks(gate, pair),
      ...improveCheck(gate, heldOut, pair, own),
    ]);
    return {
      baseline: baseline.name,
      candidate: candidate.name,
      verdict: overallVerdict(checks.map(({ verdict }) => verdict)),
      checks,
    };
  });
  return {
    schemaVersion: COMPARISON_VERSION,
    gate: { name: gate.name, description: gate.description ?? null, sha256 },
    verdict: overallVerdict(verdicts.map(({ verdict }) => verdict)),
    pairs: verdicts,
    comparison,
  };
}

function sorted(checks: readonly Check[]): readonly Check[] {
  return CHECK_KINDS.flatMap((kind) => checks.filter((check) => check.kind === kind));
}

/** Whether a gate needs times that are measured for the comparison. */
export function asksForTimes(gate: Gate): boolean {
  return gate.latency !== undefined || gate.improve.some((one) => 'latency' in one);
}
