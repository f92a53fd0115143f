import { z } from 'zod';
import type { MovedImage } from '../../../schema/comparison.js';
import type { Check } from '../../../schema/verdict.js';
import { proportionInterval } from '../../../stats/proportion.js';
import type { ScopedScores } from '../../compare/paired-images.js';
import { counted, percent, tooFewImages } from './wording.js';

const cap = {
  maximum: z.int().min(0).optional().describe('At most so many images.'),
  maximumShare: z.number().min(0).max(1).optional().describe('At most such a share of the images.'),
};

interface Cap {
  readonly maximum?: number | undefined;
  readonly maximumShare?: number | undefined;
}

/** A rule that allows some images: at most so many, or such a share; with both, whichever is fewer. */
export function capped<F extends z.ZodRawShape>(fields: F) {
  return z
    .strictObject({ ...fields, ...cap })
    .refine(
      (rule: object) => Object.keys(cap).some((key) => key in rule),
      'say how many are allowed: maximum (images) or maximumShare (0 to 1)',
    )
    .meta({ anyOf: [{ required: ['maximum'] }, { required: ['maximumShare'] }] });
}

/** Images that a check names one by one. */
const NAMED = 20;

type CountTexts = Pick<Check, 'id' | 'rule' | 'evidence'> & {
  readonly more?: readonly string[];
  readonly figures?: Check['figures'];
};

/**
 * Single images counted against their cap. The verdict is about these very images; how large a share the count allows
 * elsewhere is in the evidence.
 *
 * @param hits out of the images of `scores`
 */
export function countCheck(
  hits: readonly MovedImage[],
  { n, undefinedCandidate }: ScopedScores,
  allowance: Cap,
  minimumImages: number,
  { id, rule, evidence, more = [], figures = {} }: CountTexts,
): Omit<Check, 'kind'> {
  const { maximum = Number.POSITIVE_INFINITY, maximumShare = 1 } = allowance;
  const allowed = Math.min(maximum, Math.floor(maximumShare * n + 1e-9));
  const interval = n === 0 ? null : proportionInterval(hits.length, n, 0.9);
  const tooMany = hits.length > allowed;
  const tooFew = n < minimumImages;
  const unseen = undefinedCandidate > 0;
  return {
    id,
    rule,
    verdict: tooMany ? 'fail' : tooFew || unseen ? 'inconclusive' : 'pass',
    evidence: [
      `${hits.length} of ${counted(n, 'image')} ${evidence} (allowed: ${allowed})`,
      ...(interval === null
        ? []
        : [`elsewhere it may happen on up to ${percent(interval.upper)} of images (95 % bound)`]),
      ...more,
      ...(unseen ? [`undefined for the candidate alone on ${counted(undefinedCandidate, 'image')}`] : []),
      ...(tooFew && !tooMany ? [tooFewImages(minimumImages)] : []),
    ].join('; '),
    figures: { n, hits: hits.length, allowed, upperShare: interval?.upper ?? null, ...figures },
    images: hits.slice(0, NAMED),
  };
}

export function capText({ maximum, maximumShare }: Cap): string {
  return [
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(maximumShare === undefined ? [] : [`at most ${percent(maximumShare)}`]),
  ].join(', ');
}
