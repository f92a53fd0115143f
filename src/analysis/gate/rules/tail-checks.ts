import type { MovedImage } from '../../../schema/comparison.js';
import type { Check } from '../../../schema/verdict.js';
import { mcnemarExact } from '../../../stats/mcnemar.js';
import { proportionInterval } from '../../../stats/proportion.js';
import { pOf } from '../../../stats/test-outcome.js';
import type { Cap, Gate } from '../gate.js';
import { metaOf } from '../../../metrics/registry.js';
import { imagesWhere } from '../../compare/moved-images.js';
import { scopeScores, type PairedDataset, type ScopedScores } from '../../compare/paired-images.js';
import { counted, percent } from '../../compare/verdict-text.js';

/** Images that a check names one by one. */
const NAMED = 20;

/**
 * The rules on single images, which no mean shows: large losses and new catastrophes, counted against their caps. The
 * verdict is about these very images; how large a share the count allows elsewhere is in the evidence.
 */
export function tailChecks(datasets: readonly PairedDataset[], gate: Gate): readonly Check[] {
  return [
    ...gate.losses.map((rule) => lossCheck(datasets, rule, gate.minimumImages)),
    ...gate.catastrophes.map((rule) => catastropheCheck(datasets, rule, gate.minimumImages)),
  ];
}

function lossCheck(datasets: readonly PairedDataset[], rule: Gate['losses'][number], minimum: number): Check {
  const meta = metaOf(rule.metric);
  const scores = scopeScores(datasets, meta);
  const hits = imagesWhere(scores, (gain) => gain < -rule.over);
  const what = `lost more than ${rule.over} ${meta.name}`;
  return count(hits, scores, minimum, rule, {
    id: `tail/loss/${rule.metric}/${rule.over}`,
    rule: `images that ${what}: ${capText(rule)}`,
    evidence: what,
    more: [],
    figures: {},
  });
}

function catastropheCheck(
  datasets: readonly PairedDataset[],
  rule: Gate['catastrophes'][number],
  minimum: number,
): Check {
  const meta = metaOf(rule.metric);
  const scores = scopeScores(datasets, meta);
  const isBad = (score: number): boolean =>
    meta.better === 'higher' ? score < rule.worseThan : score > rule.worseThan;
  const hits = imagesWhere(scores, (_, i) => isBad(scores.candidate[i]) && !isBad(scores.baseline[i]));
  const cured = imagesWhere(scores, (_, i) => !isBad(scores.candidate[i]) && isBad(scores.baseline[i]));
  const p = pOf(mcnemarExact(cured.length, hits.length));
  const side = meta.better === 'higher' ? 'below' : 'above';
  return count(hits, scores, minimum, rule, {
    id: `tail/catastrophe/${rule.metric}/${rule.worseThan}`,
    rule: `images that fell ${side} ${meta.name} ${rule.worseThan}: ${capText(rule)}`,
    evidence: `fell ${side} ${meta.name} ${rule.worseThan}`,
    more:
      cured.length > 0
        ? [`${counted(cured.length, 'image')} went the other way (McNemar p ${p.toFixed(3)})`]
        : [],
    figures: { cured: cured.length, mcnemarP: p },
  });
}

function count(
  hits: readonly MovedImage[],
  { n, undefinedCandidate }: ScopedScores,
  minimum: number,
  cap: Cap,
  texts: Pick<Check, 'id' | 'rule' | 'evidence' | 'figures'> & { readonly more: readonly string[] },
): Check {
  const allowed = Math.min(
    cap.maximum ?? Number.POSITIVE_INFINITY,
    Math.floor((cap.maximumShare ?? 1) * n + 1e-9),
  );
  const interval = n === 0 ? null : proportionInterval(hits.length, n, 0.9);
  const tooMany = hits.length > allowed;
  const tooFew = n < minimum;
  const unseen = undefinedCandidate > 0;
  const evidence = [
    `${hits.length} of ${counted(n, 'image')} ${texts.evidence} (allowed: ${allowed})`,
    ...(interval === null
      ? []
      : [`elsewhere it may befall up to ${percent(interval.upper)} of images (95 % bound)`]),
    ...texts.more,
    ...(unseen ? [`undefined for the candidate alone on ${counted(undefinedCandidate, 'image')}`] : []),
    ...(tooFew && !tooMany ? ['too few images to decide'] : []),
  ];
  return {
    id: texts.id,
    kind: 'tail',
    rule: texts.rule,
    verdict: tooMany ? 'fail' : tooFew || unseen ? 'inconclusive' : 'pass',
    evidence: evidence.join('; '),
    figures: { n, hits: hits.length, allowed, upperShare: interval?.upper ?? null, ...texts.figures },
    images: hits.slice(0, NAMED),
  };
}

function capText({ maximum, maximumShare }: Cap): string {
  return [
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(maximumShare === undefined ? [] : [`at most ${percent(maximumShare)}`]),
  ].join(', ');
}
