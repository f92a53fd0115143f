import { z } from 'zod';
import { counted, percent } from '../../../core/text.js';
import type {
  LatencyComparison,
  PhaseRatio,
  RemeasuredPhase,
  RemeasuredRound,
} from '../../../schema/comparison.js';
import { sealOf } from '../../../schema/seal.js';
import { scopeOf } from '../../../schema/timing-summary.js';
import type { Verdict } from '../../../schema/verdict.js';
import { measureSchema, timedPhase } from '../remeasure/measure.js';
import type { Asked, Finding, GateRule } from './rule.js';

const schema = z
  .strictObject({
    phase: timedPhase.default('predict'),
    maximumRatio: z
      .number()
      .positive()
      .describe('Candidate over baseline: of the geometric means over images of their median times.'),
    maximumRatioOfAnyImage: z
      .number()
      .positive()
      .optional()
      .describe(
        'Candidate over baseline: of the image that was slowed most. Default: 1.2 times maximumRatio.',
      ),
    measure: measureSchema
      .prefault({})
      .describe('How times are measured; what it takes to be sealed says docs/timing.md.'),
  })
  .optional()
  .describe('A limit on the time of a phase, by times that "check --remeasure" measures.');

type LatencyRule = Asked<typeof schema>;

/** Times so much higher than the limit on all images decide where no limit on any image is set. */
const ANY_IMAGE = 1.2;

/**
 * Limits on the time of a phase, by times that are measured for the check: on all images together, and on the one that was
 * slowed most, which a mean hides. A round fails if the ratio's lower bound
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
  isFailedBy: (rule, round) => limitsOf(rule).some((limit) => judgeRound(limit, round) === 'fail'),
  judge: (rule, { comparison }) => limitsOf(rule).map((limit) => judgeTimes(limit, comparison.latency)),
};

/** One limit of the rule, and the ratio of a phase that it is about. */
interface Limit {
  readonly id: string;
  readonly rule: string;
  readonly phase: LatencyRule['phase'];
  readonly maximum: number;
  readonly ratioOf: (phase: RemeasuredPhase) => Ratio | undefined;
  /** What the ratio is of, in words; empty for all images. */
  readonly said: (phase: RemeasuredPhase) => string;
}

interface Ratio {
  readonly ratio: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

function limitsOf({ phase, maximumRatio, maximumRatioOfAnyImage }: LatencyRule): readonly Limit[] {
  const anyImage = maximumRatioOfAnyImage ?? Number((ANY_IMAGE * maximumRatio).toFixed(4));
  return [
    {
      id: `latency/${phase}`,
      rule: `${phase} time: at most ${maximumRatio} x the baseline's, as a geometric mean over images`,
      phase,
      maximum: maximumRatio,
      ratioOf: (found) => found,
      said: ({ baselineMs, candidateMs }) =>
        `${baselineMs.toFixed(1)} ms before, ${candidateMs.toFixed(1)} ms now`,
    },
    {
      id: `latency/${phase}/any-image`,
      rule: `${phase} time: at most ${anyImage} x the baseline's on any image`,
      phase,
      maximum: anyImage,
      ratioOf: ({ mostSlowed }) => mostSlowed,
      said: ({ mostSlowed }) =>
        `${mostSlowed?.image ?? 'no image'}, slowed most of ${counted(mostSlowed?.images ?? 0, 'image')}`,
    },
  ];
}

function judgeTimes(limit: Limit, times: LatencyComparison): Finding {
  const base = { id: limit.id, rule: limit.rule, images: [] };
  if (times.kind !== 'remeasured') {
    const stored = times.kind === 'none' ? undefined : phaseOf(times.phases, limit.phase);
    const reason =
      times.kind === 'none'
        ? times.reason
        : `${scopeText(times)}${ratioText(stored, stored === undefined ? '' : `${stored.baselineMs.toFixed(1)} ms before, ${stored.candidateMs.toFixed(1)} ms now`)} from the runs' own timing passes, one process a side, which decides nothing`;
    return { ...base, verdict: 'inconclusive', evidence: `${reason}; measure with --remeasure`, figures: {} };
  }
  const verdicts = times.rounds.map((round) => judgeRound(limit, round));
  const [first, confirmation] = verdicts;
  const verdict: Verdict =
    first === 'fail' && confirmation !== 'fail' ? 'inconclusive' : (first ?? 'inconclusive');
  const { ratio, lower, upper } = measuredBy(limit, times.rounds[0]) ?? {};
  return {
    ...base,
    verdict,
    evidence: `${scopeText(times)}${times.rounds.map((round, i) => explainRound(limit, round, verdicts[i])).join('; ')}`,
    figures: {
      ratio: ratio ?? null,
      lower: lower ?? null,
      upper: upper ?? null,
      processes: times.rounds[0]?.processes[0] ?? null,
      smallestDetectable: upper == null || ratio === undefined ? null : upper / ratio,
    },
  };
}

/** What the times cover, where that is more than a prediction; both sides' cover the same. */
function scopeText(times: Exclude<LatencyComparison, { readonly kind: 'none' }>): string {
  const scope = scopeOf(times);
  return scope === 'predict' ? '' : `${scope} times: `;
}

function measuredBy({ ratioOf, phase }: Limit, round: RemeasuredRound | undefined): Ratio | undefined {
  const found = phaseOf(round?.phases ?? [], phase);
  return found === undefined ? undefined : ratioOf(found);
}

/** One complete measurement by itself. */
function judgeRound(limit: Limit, round: RemeasuredRound): Verdict {
  const { lower = null, upper = null } = measuredBy(limit, round) ?? {};
  if (lower === null || upper === null || unsealed(round.seal) !== null) return 'inconclusive';
  if (lower > limit.maximum) return 'fail';
  return upper <= limit.maximum ? 'pass' : 'inconclusive';
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

function explainRound(limit: Limit, round: RemeasuredRound, verdict: Verdict): string {
  const { seal, processes, purpose, phases, repeated } = round;
  const found = measuredBy(limit, round);
  const phase = phaseOf(phases, limit.phase);
  const open = unsealed(seal);
  return [
    `${purpose === 'confirmation' ? 'confirmation: ' : ''}${ratioText(found, phase === undefined ? '' : limit.said(phase))}, ${processes[0]} processes a side in the order A B B A`,
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

function phaseOf<T extends PhaseRatio>(phases: readonly T[], phase: string): T | undefined {
  return phases.find((candidate) => candidate.phase === phase);
}

function ratioText(found: Ratio | undefined, of = ''): string {
  if (found === undefined) return 'no ratio';
  const { ratio, lower, upper } = found;
  const bounds =
    lower === null || upper === null ? 'no bounds' : `${lower.toFixed(3)} to ${upper.toFixed(3)}`;
  return `${ratio.toFixed(3)} x (${[bounds, of].filter((text) => text !== '').join('; ')})`;
}
