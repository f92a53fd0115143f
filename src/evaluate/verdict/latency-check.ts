import type { LatencyComparison, PhaseRatio, RemeasuredRound } from '../../core/comparison.js';
import type { Check, Verdict } from '../../core/verdict.js';
import type { LatencyRule } from './gate.js';
import { percent } from './verdict-text.js';

/**
 * The latency rule. A round fails if the ratio's lower bound exceeds the maximum, passes if its upper bound does not,
 * and is open otherwise, or when the machine was not quiet. A failure counts only if the one declared confirmation
 * fails as well; without that, or against it, the check is open. No round is ever added to turn a verdict green.
 */
export function latencyCheck(rule: LatencyRule, latency: LatencyComparison): Check {
  const { phase, maximumRatio } = rule;
  const base = {
    id: `latency/${phase}`,
    kind: 'latency' as const,
    rule: `${phase} time: at most ${maximumRatio} x the baseline's`,
    images: [],
  };
  if (latency.kind !== 'remeasured') {
    const reason =
      latency.kind === 'none'
        ? latency.reason
        : `${ratioText(ratioOf(latency.phases, phase))} from stored times, which are unsealed and decide nothing`;
    return { ...base, verdict: 'inconclusive', evidence: `${reason}; measure with --remeasure`, figures: {} };
  }
  const verdicts = latency.rounds.map((round) => judgeRound(rule, round));
  const [first, confirmation] = verdicts;
  const verdict: Verdict =
    first === 'fail' && confirmation !== 'fail' ? 'inconclusive' : (first ?? 'inconclusive');
  const { ratio, lower, upper } = ratioOf(latency.rounds[0]?.phases ?? [], phase) ?? {};
  return {
    ...base,
    verdict,
    evidence: latency.rounds.map((round, i) => explainRound(rule, round, verdicts[i])).join('; '),
    figures: {
      ratio: ratio ?? null,
      lower: lower ?? null,
      upper: upper ?? null,
      processes: latency.rounds[0]?.processes[0] ?? null,
      smallestDetectable: upper == null || ratio === undefined ? null : upper / ratio,
    },
  };
}

/** One complete measurement by itself. */
export function judgeRound(rule: LatencyRule, { phases, conditions }: RemeasuredRound): Verdict {
  const { lower = null, upper = null } = ratioOf(phases, rule.phase) ?? {};
  if (lower === null || upper === null || !isQuiet(rule, conditions)) return 'inconclusive';
  if (lower > rule.maximumRatio) return 'fail';
  return upper <= rule.maximumRatio ? 'pass' : 'inconclusive';
}

/** An unknown share of foreign processor time passes only where any share would. */
export function isQuiet(
  { maximumForeignCpu }: Pick<LatencyRule, 'maximumForeignCpu'>,
  { foreignCpu }: RemeasuredRound['conditions'],
): boolean {
  return (foreignCpu ?? 1) <= maximumForeignCpu;
}

function explainRound(rule: LatencyRule, round: RemeasuredRound, verdict: Verdict): string {
  const { conditions, processes, purpose, phases } = round;
  const found = ratioOf(phases, rule.phase);
  const foreign = conditions.foreignCpu === null ? 'an unknown share' : percent(conditions.foreignCpu);
  return [
    `${purpose === 'confirmation' ? 'confirmation: ' : ''}${ratioText(found)}, ${processes[0]} processes a side in the order A B B A`,
    ...(found?.upper == null
      ? []
      : [`slowdowns under ${percent(found.upper / found.ratio - 1)} are within its noise`]),
    ...(isQuiet(rule, conditions)
      ? []
      : [
          `the machine was not quiet: other processes used ${foreign} of its processors (allowed ${percent(rule.maximumForeignCpu)})`,
        ]),
    ...(verdict === 'inconclusive' && isQuiet(rule, conditions)
      ? ['the bounds lie on both sides of the maximum']
      : []),
  ].join(', ');
}

function ratioOf(phases: readonly PhaseRatio[], phase: string): PhaseRatio | undefined {
  return phases.find((candidate) => candidate.phase === phase);
}

function ratioText(found: PhaseRatio | undefined): string {
  if (found === undefined) return 'no ratio';
  const { ratio, lower, upper, baselineMs, candidateMs } = found;
  const bounds =
    lower === null || upper === null ? 'no bounds' : `${lower.toFixed(3)} to ${upper.toFixed(3)}`;
  return `${ratio.toFixed(3)} x (${bounds}; ${baselineMs.toFixed(1)} ms before, ${candidateMs.toFixed(1)} ms now)`;
}
