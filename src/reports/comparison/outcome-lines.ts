import type { Check, GateOutcome, PairVerdict, Verdict } from '../../schema/verdict.js';
import { counted } from '../../core/text.js';
import { evidenceMark, shortDigest } from '../../schema/evidence.js';
import { formatFigure, formatSigned } from './figures.js';

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  inconclusive: 'INCONCLUSIVE',
};

/** The verdict in a sentence, with what decided it. */
export function headline({
  verdict,
  gate,
  pairs,
  untilDecided,
  comparison: { forced },
}: GateOutcome): string {
  const all = pairs.flatMap(({ checks }) => checks);
  const of = (wanted: Verdict): number => all.filter((check) => check.verdict === wanted).length;
  const counts = `${of('pass')} of ${all.length} checks pass, ${of('fail')} fail, ${of('inconclusive')} open`;
  const mark = forced.length > 0 ? 'FORCED ' : '';
  const looked =
    untilDecided === undefined
      ? ''
      : ` after ${untilDecided.images} of ${counted(untilDecided.planned, 'image')}`;
  return `${mark}${VERDICT_WORDS[verdict]}${looked} by the gate ${gateTitle(gate)}: ${counts}`;
}

/** The name of a gate, with what it takes for granted. */
function gateTitle({ name, assume }: GateOutcome['gate']): string {
  return assume === null ? `"${name}"` : `"${name}", which assumes ${assume}`;
}

/** What the rules on scores promise, and on what it rests; none for a gate without one. */
export function promiseLine({ gate: { level, assume }, pairs, untilDecided }: GateOutcome): string | null {
  const checks = pairs.flatMap((pair) => pair.checks);
  // what is decided by bounds has their confidence among its figures
  if (!checks.some(({ figures }) => 'level' in figures)) return null;
  const units = checks.some(({ figures }) => 'images' in figures) ? 'units' : 'images';
  const chance = `${Number((100 * (1 - level)).toFixed(6))} %`;
  const errors = `a candidate that any rule on scores should refuse passes with a chance of at most ${chance}, and one that all should let pass is failed by them with at most ${chance}`;
  const looks =
    untilDecided === undefined
      ? ''
      : `; at all looks together, with images in a random order (seed ${untilDecided.seed})`;
  return assume === null
    ? `Promised, of independent ${units} and scores within their metrics' range: ${errors}${looks}`
    : `ASSUMED (${assume}): no rare image loses much more than those at hand show; only as far as that is so, and on many images: ${errors}`;
}

/** What was judged, by what and by which rules, each by its digest: a line of `name digest` pairs. */
export function judgedLine({ gate, code, comparison }: GateOutcome): string {
  const side = ({ kind, evidence, digest }: GateOutcome['comparison']['baseline']): string => {
    const mark = evidence === undefined ? kind : evidenceMark(evidence);
    // A run's own digest stands in its mark.
    const own = digest === undefined || kind === 'run' ? '' : `${shortDigest(digest)}, of a run `;
    return `${own}${mark}`;
  };
  const { baseline, candidate } = comparison;
  const plugins = (code.plugins ?? []).map(({ name, version }) => `; plug-in ${name} ${version}`);
  return `baseline ${side(baseline)}; candidate ${side(candidate)}; gate ${shortDigest(gate.sha256)}; code ${code.maskbenchVersion} ${shortDigest(code.sha256)}${plugins.join('')}`;
}

/** An image of a check: where it is and what became of it. */
export function imageLine({ dataset, id, baseline, candidate, gain }: Check['images'][number]): string {
  return `${dataset} / ${id}: ${formatFigure(baseline)} before, ${formatFigure(candidate)} now (${formatSigned(gain)})`;
}

/** Names of the models of a verdict. */
export function verdictTitle({ baseline, candidate }: PairVerdict): string {
  return baseline === candidate ? baseline : `${baseline} -> ${candidate}`;
}
