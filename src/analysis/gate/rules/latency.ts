import { z } from 'zod';
import { percent } from '../../../core/text.js';
import type { LatencyComparison, PhaseRatio, RemeasuredRound } from '../../../schema/comparison.js';
import { sealOf } from '../../../schema/seal.js';
import type { Verdict } from '../../../schema/verdict.js';
import { measureSchema, timedPhase } from '../remeasure/measure.js';
import type { Asked, Finding, GateRule } from './rule.js';

const schema = z
  .strictObject({
    phase: timedPhase.default('predict'),
    maximumRatio: z.number().positive().describe('Candidate over baseline.'),
    measure: measureSchema
      .prefault({})
      .describe('How times are measured; what it takes to be sealed says docs/timing.md.'),
  })
  .optional()
  .describe('A limit on the time of a phase, by times that "check --remeasure" measures.');

type LatencyRule = Asked<typeof schema>;

/**
 * A limit on the time of a phase, by times that are measured for the check. A round fails if the ratio's lower bound
 * exceeds the maximum, passes if its upper bound does not, and is open otherwise, or when it is not sealed. A failure
 * counts only if the one declared confirmation fails as well; without that, or against it, the check is open. No round
 * is ever added to turn a verdict green.
 */
export const latency: GateRule<'latency', typeof schema> = {
  key: 'latency',
  kind: 'latency',
  schema,
  needsTimes: () => true,
  measureOf: ({ measure }) => measure,
  isFailedBy: (rule, round) => judgeRound(rule, round) === 'fail',
  judge: (rule, { comparison }) => [judgeTimes(rule, comparison.latency)],
};

function judgeTimes(rule: LatencyRule, times: LatencyComparison): Finding {
  const { phase, maximumRatio } = rule;
  const base = {
    id: `latency/${phase}`,
    rule: `${phase} time: at most ${maximumRatio} x the baseline's`,
    images: [],
  };
  if (times.kind !== 'remeasured') {
    const reason =
      times.kind === 'none'
        ? times.reason
        : `${ratioText(ratioOf(times.phases, phase))} from the runs' own timing passes, one process a side, which decides nothing`;
    return { ...base, verdict: 'inconclusive', evidence: `${reason}; measure with --remeasure`, figures: {} };
  }
  const verdicts = times.rounds.map((round) => judgeRound(rule, round));
  const [first, confirmation] = verdicts;
  const verdict: Verdict =
    first === 'fail' && confirmation !== 'fail' ? 'inconclusive' : (first ?? 'inconclusive');
  const { ratio, lower, upper } = ratioOf(times.rounds[0]?.phases ?? [], phase) ?? {};
  return {
    ...base,
    verdict,
    evidence: times.rounds.map((round, i) => explainRound(rule, round, verdicts[i])).join('; '),
    figures: {
      ratio: ratio ?? null,
      lower: lower ?? null,
      upper: upper ?? null,
      processes: times.rounds[0]?.processes[0] ?? null,
      smallestDetectable: upper == null || ratio === undefined ? null : upper / ratio,
    },
  };
}

/** One complete measurement by itself. */
function judgeRound(rule: LatencyRule, { phases, seal }: RemeasuredRound): Verdict {
  const { lower = null, upper = null } = ratioOf(phases, rule.phase) ?? {};
  if (lower === null || upper === null || unsealed(seal) !== null) return 'inconclusive';
  if (lower > rule.maximumRatio) return 'fail';
  return upper <= rule.maximumRatio ? 'pass' : 'inconclusive';
}

/** What keeps times from being sealed, in words; null if nothing does. */
export function unsealed(parts: RemeasuredRound['seal']): string | null {
  const seal = sealOf(parts);
  if (seal.kind === 'sealed') return null;
  const found = seal.failed.map((name) => {
    const part = parts.find((one) => one.name === name);
    return `${name} (${part?.found ?? 'nobody looked'})`;
  });
  return `not sealed, so it decides nothing: ${found.join(', ')}`;
}

function explainRound(rule: LatencyRule, round: RemeasuredRound, verdict: Verdict): string {
  const { seal, processes, purpose, phases, repeated } = round;
  const found = ratioOf(phases, rule.phase);
  const open = unsealed(seal);
  return [
    `${purpose === 'confirmation' ? 'confirmation: ' : ''}${ratioText(found)}, ${processes[0]} processes a side in the order A B B A`,
    ...(repeated > 0
      ? [`${repeated} disturbed ${repeated === 1 ? 'process' : 'processes'} measured again`]
      : []),
    ...(found?.upper == null
      ? []
      : [`slowdowns under ${percent(found.upper / found.ratio - 1)} are within its noise`]),
    ...(open === null ? [] : [open]),
    ...(verdict === 'inconclusive' && open === null ? ['the bounds lie on both sides of the maximum'] : []),
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
