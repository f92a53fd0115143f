import type { Check, GateOutcome, PairVerdict, Verdict } from '../../schema/verdict.js';
import { formatFigure, formatSigned } from './figures.js';

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  inconclusive: 'INCONCLUSIVE',
};

/** The verdict in a sentence, with what decided it. */
export function headline({ verdict, gate, pairs, comparison: { forced } }: GateOutcome): string {
  const all = pairs.flatMap(({ checks }) => checks);
  const of = (wanted: Verdict): number => all.filter((check) => check.verdict === wanted).length;
  const counts = `${of('pass')} of ${all.length} checks pass, ${of('fail')} fail, ${of('inconclusive')} open`;
  const mark = forced.length > 0 ? 'FORCED ' : '';
  return `${mark}${VERDICT_WORDS[verdict]} by the gate "${gate.name}": ${counts}`;
}

/** An image of a check: where it is and what became of it. */
export function imageLine({ dataset, id, baseline, candidate, gain }: Check['images'][number]): string {
  return `${dataset} / ${id}: ${formatFigure(baseline)} before, ${formatFigure(candidate)} now (${formatSigned(gain)})`;
}

/** Names of the models of a verdict. */
export function verdictTitle({ baseline, candidate }: PairVerdict): string {
  return baseline === candidate ? baseline : `${baseline} -> ${candidate}`;
}
