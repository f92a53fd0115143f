import { COMPARISON_VERSION } from '../../schema/comparison.js';
import { overallVerdict, type Check, type GateOutcome, type PairVerdict } from '../../schema/verdict.js';
import type { Compared } from '../compare/compare.js';
import type { Resampling } from '../compare/metric-comparison.js';
import { judgeClaims } from './evidence/claims.js';
import { rulesOf, type Gate, type LoadedGate } from './gate.js';
import type { JudgedPair } from './rules/rule.js';

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
    const checks = checksOf(gate, {
      // What a model was trained on proves nothing about new pictures.
      datasets: datasets.filter(({ leaked }) => leaked.length === 0),
      comparison: comparison.pairs[i],
      level: gate.level,
      minimumImages: gate.minimumImages,
      resampling: { ...resampling, seed: `${resampling.seed}/${baseline.name}/${candidate.name}` },
    });
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

/** Every rule's checks in the order of the rules; all their claims are one family. */
function checksOf(gate: Gate, on: JudgedPair): readonly Check[] {
  const found = rulesOf(gate).flatMap(({ rule, asked }) =>
    rule.judge(asked, on).map((finding) => ({ kind: rule.kind, finding })),
  );
  const claims = found.flatMap(({ finding }) => ('gains' in finding ? [finding] : []));
  const judged = judgeClaims(claims, { ...on.resampling, level: on.level, minimum: on.minimumImages });
  return found.map(({ kind, finding }) => {
    const { id, ...rest } = 'gains' in finding ? judged[claims.indexOf(finding)] : finding;
    return { id, kind, ...rest };
  });
}
