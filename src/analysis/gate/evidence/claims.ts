import type { MetricMeta } from '../../../metrics/metric.js';
import type { Check } from '../../../schema/verdict.js';
import { nonInferiority, type NonInferiority } from '../../../stats/non-inferiority.js';
import { meanOf } from '../../../stats/values.js';
import type { Resampling } from '../../compare/metric-comparison.js';
import type { ScopedScores } from '../../compare/paired-images.js';
import { counted, figure, percent, signed, tooFewImages } from './wording.js';

/** A claim that must not be a regression: the mean of `gains` is above -margin. */
export interface Claim extends Pick<Check, 'id' | 'rule'> {
  /** What the figures are of, e.g. `IoU 0.912 before, 0.905 now`. */
  readonly means: string;
  readonly gains: Float64Array;
  readonly margin: number;
  /** Images for which the candidate alone has no value: they are in no mean, so the claim cannot pass. */
  readonly undefinedCandidate: number;
}

/** The claim that a metric has lost no more than a margin on average over some of the images. */
export function gainClaim(
  { name }: MetricMeta,
  { n, baseline, candidate, gains, undefinedCandidate }: ScopedScores,
  margin: number,
  { id, on }: { readonly id: string; readonly on: string },
): Claim {
  const where = `${name} on ${on}`;
  return {
    id,
    rule: `${where}: mean loss below ${margin}`,
    means: n === 0 ? where : `${where} ${figure(meanOf(baseline))} before, ${figure(meanOf(candidate))} now`,
    gains,
    margin,
    undefinedCandidate,
  };
}

type Decided = Omit<Check, 'kind'>;

interface ClaimOptions extends Resampling {
  readonly level: number;
  readonly minimum: number;
}

/**
 * Judges a family of claims. A claim passes by its own lower bound: all must pass, so as far as the bounds cover, an unfit candidate passes with a
 * chance of at most 1 - level, however many claims there are. A claim fails by its upper bound after Holm's
 * correction over the family: a fit candidate fails anywhere with a chance of at most 1 - level.
 */
export function judgeClaims(claims: readonly Claim[], options: ClaimOptions): readonly Decided[] {
  const { level, minimum, resamples } = options;
  const judge = (claim: Claim, at: number): NonInferiority =>
    nonInferiority(claim.gains, {
      margin: claim.margin,
      level: at,
      minimum,
      resamples,
      seed: `${options.seed}/${claim.id}`,
    });
  const alone = claims.map((claim) => judge(claim, level));
  const rejected = new Set<number>();
  // Holm's steps: whatever fails at alpha / (claims left) is rejected, which leaves fewer claims and a larger share.
  for (let before = -1; before < rejected.size;) {
    before = rejected.size;
    const at = 1 - (1 - level) / Math.max(1, claims.length - rejected.size);
    claims.forEach((claim, i) => {
      if (alone[i].verdict !== 'fail' || rejected.has(i)) return;
      if (claims.length === 1 || judge(claim, at).verdict === 'fail') rejected.add(i);
    });
  }
  return claims.map((claim, i) =>
    toCheck(claim, alone[i], { isRejected: rejected.has(i), family: claims.length, minimum }),
  );
}

/** What of the whole family bears on one of its claims. */
interface InFamily {
  readonly isRejected: boolean;
  readonly family: number;
  readonly minimum: number;
}

function toCheck(claim: Claim, result: NonInferiority, within: InFamily): Decided {
  const { isRejected } = within;
  const { id, rule, undefinedCandidate } = claim;
  const open =
    (result.verdict === 'fail' && !isRejected) || (result.verdict === 'pass' && undefinedCandidate > 0);
  return {
    id,
    rule,
    verdict: open ? 'inconclusive' : result.verdict,
    evidence: explain(claim, result, within),
    figures: {
      n: result.n,
      margin: result.margin,
      gain: result.estimate,
      lower: result.lower,
      upper: result.upper,
      level: result.level,
      smallestDetectable: result.smallestDetectable,
      imagesNeeded: result.imagesNeeded,
      undefinedCandidate,
    },
    images: [],
  };
}

function explain(claim: Claim, result: NonInferiority, within: InFamily): string {
  const { n, estimate, lower, upper, level } = result;
  const bounds =
    lower === null || upper === null
      ? 'no bounds'
      : result.constant
        ? 'the same on every image'
        : `${percent(level).replace('.0', '')} bounds ${signed(lower)} and ${signed(upper)}`;
  const gain = estimate === null ? 'no images' : `gain ${signed(estimate)} (${bounds})`;
  return [
    `${claim.means}: ${gain} over ${counted(n, 'image')}`,
    ...because(claim, result, within),
    ...(result.caution === null || n === 0 ? [] : [`caution: ${CAUTIONS[result.caution]}`]),
    ...power(result, within),
  ].join('; ');
}

const CAUTIONS = {
  'few-values': 'few images',
  skewed: 'a few images carry the difference',
} as const;

function because(claim: Claim, result: NonInferiority, { isRejected, family, minimum }: InFamily): string[] {
  switch (result.because) {
    case 'lower-bound-above-margin':
      return claim.undefinedCandidate === 0
        ? []
        : [`undefined for the candidate alone on ${counted(claim.undefinedCandidate, 'image')}`];
    case 'upper-bound-below-margin':
      return isRejected
        ? []
        : [`beyond the margin by itself, but not after Holm's correction over ${family} claims`];
    case 'interval-spans-margin':
      return ['the bounds lie on both sides of the margin'];
    case 'too-few-images':
      return [tooFewImages(minimum)];
    case 'no-interval':
      return ['no interval'];
  }
}

function power(
  { smallestDetectable, imagesNeeded, verdict }: NonInferiority,
  { minimum }: InFamily,
): string[] {
  if (smallestDetectable === null) return [];
  const needed =
    verdict === 'inconclusive' && imagesNeeded !== null && Number.isFinite(imagesNeeded)
      ? [`an equal candidate would need ${counted(Math.max(imagesNeeded, minimum), 'image')} to pass`]
      : [];
  return [`these data could have shown a loss of ${figure(smallestDetectable)}`, ...needed];
}
