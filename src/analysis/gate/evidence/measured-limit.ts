import { percent } from '../../../core/text.js';
import type { LatencyComparison, RemeasuredRound } from '../../../schema/comparison.js';
import { sealOf } from '../../../schema/seal.js';
import { scopeOf } from '../../../schema/timing-summary.js';
import type { Verdict } from '../../../schema/verdict.js';
import type { Finding } from '../rules/rule.js';

export interface MeasuredRatio {
  readonly ratio: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** A limit on a ratio, candidate over baseline, that is measured for the check. */
export interface MeasuredLimit {
  readonly id: string;
  readonly rule: string;
  readonly maximum: number;
  /** What is more than the limit: `slowdowns`. */
  readonly of: string;
  readonly ratioOf: (round: RemeasuredRound) => MeasuredRatio | undefined;
  /** What the ratio is of, in words; empty for nothing. */
  readonly said: (round: RemeasuredRound) => string;
  /** What keeps a round from deciding beside its seal, in words; null, or absent, if nothing does. */
  readonly open?: (round: RemeasuredRound) => string | null;
  /** What the runs' own timing passes say of it. */
  readonly stored: (times: Extract<LatencyComparison, { kind: 'stored' }>) => string;
}

/**
 * What rounds of a measurement decide: one that fails counts only if the one declared confirmation fails as well. What the runs'
 * own passes say is shown, and decides nothing.
 */
export function judgeMeasured(limit: MeasuredLimit, times: LatencyComparison): Finding {
  const base = { id: limit.id, rule: limit.rule, images: [] };
  if (times.kind !== 'remeasured') {
    const reason =
      times.kind === 'none'
        ? times.reason
        : `${scopeText(times)}${limit.stored(times)} from the runs' own timing passes, one process a side, which decides nothing`;
    return { ...base, verdict: 'inconclusive', evidence: `${reason}; measure with --remeasure`, figures: {} };
  }
  const verdicts = times.rounds.map((round) => judgeRound(limit, round));
  const [first, confirmation] = verdicts;
  const verdict: Verdict =
    first === 'fail' && confirmation !== 'fail' ? 'inconclusive' : (first ?? 'inconclusive');
  const [measured] = times.rounds;
  const { ratio, lower, upper } = (measured && limit.ratioOf(measured)) ?? {};
  return {
    ...base,
    verdict,
    evidence: `${scopeText(times)}${times.rounds.map((round, i) => explainRound(limit, round, verdicts[i])).join('; ')}`,
    figures: {
      ratio: ratio ?? null,
      lower: lower ?? null,
      upper: upper ?? null,
      processes: measured?.processes[0] ?? null,
      smallestDetectable: upper == null || ratio === undefined ? null : upper / ratio,
    },
  };
}

/** What was measured, where that is more than a prediction; both sides' cover the same. */
function scopeText(times: Exclude<LatencyComparison, { readonly kind: 'none' }>): string {
  const scope = scopeOf(times);
  return scope === 'predict' ? '' : `${scope} times: `;
}

/** Whether a round by itself fails a limit. */
export function isFailedBy(limit: MeasuredLimit, round: RemeasuredRound): boolean {
  return judgeRound(limit, round) === 'fail';
}

/** One complete measurement by itself. */
function judgeRound(limit: MeasuredLimit, round: RemeasuredRound): Verdict {
  const { lower = null, upper = null } = limit.ratioOf(round) ?? {};
  if (lower === null || upper === null || whyOpen(limit, round) !== null) return 'inconclusive';
  if (lower > limit.maximum) return 'fail';
  return upper <= limit.maximum ? 'pass' : 'inconclusive';
}

function whyOpen({ open }: MeasuredLimit, round: RemeasuredRound): string | null {
  return unsealed(round.seal) ?? open?.(round) ?? null;
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

function explainRound(limit: MeasuredLimit, round: RemeasuredRound, verdict: Verdict): string {
  const { processes, purpose, repeated } = round;
  const found = limit.ratioOf(round);
  const open = whyOpen(limit, round);
  return [
    `${purpose === 'confirmation' ? 'confirmation: ' : ''}${ratioText(found, limit.said(round))}, ${processes[0]} processes a side in the order A B B A`,
    ...(repeated > 0
      ? [`${repeated} disturbed ${repeated === 1 ? 'process' : 'processes'} measured again`]
      : []),
    ...(found?.upper == null
      ? []
      : [`${limit.of} under ${percent(found.upper / found.ratio - 1)} are within its noise`]),
    ...(open === null ? [] : [open]),
    ...(verdict === 'inconclusive' && open === null ? ['the bounds lie on both sides of the maximum'] : []),
  ].join(', ');
}

export function ratioText(found: MeasuredRatio | undefined, of = ''): string {
  if (found === undefined) return 'no ratio';
  const { ratio, lower, upper } = found;
  const bounds =
    lower === null || upper === null ? 'no bounds' : `${lower.toFixed(3)} to ${upper.toFixed(3)}`;
  return `${ratio.toFixed(3)} x (${[bounds, of].filter((text) => text !== '').join('; ')})`;
}
