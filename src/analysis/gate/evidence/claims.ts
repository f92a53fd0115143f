import type { Check, Verdict } from '../../../schema/verdict.js';
import type { Followed } from './followed.js';

/** Something that must hold of all images like those at hand, and is decided by bounds: a mean, or a share. */
export interface Claim extends Pick<Check, 'id' | 'rule'> {
  /** What its own bounds, each of this one-sided confidence, decide. */
  judge(level: number): Verdict;
  /** What its check says, once the family has decided. */
  tell(verdict: Verdict): Pick<Check, 'evidence' | 'figures' | 'images'>;
  /** It is on too few images to pass by itself: it counts where it fails, and is no check where it does not. */
  readonly onlyIfFailed?: boolean;
  /** How it is followed while images come in. */
  readonly followed?: readonly Followed[];
}

/**
 * Judges a family of claims; null for one that is no check. A claim passes by its own bound: all must pass, so an unfit
 * candidate passes with a chance of at most 1 - level, however many claims there are. A claim fails by its bound after
 * Holm's correction over the family: a fit candidate fails anywhere with a chance of at most 1 - level. Both as far as
 * the bounds hold.
 */
export function judgeClaims(
  claims: readonly Claim[],
  level: number,
): readonly (Omit<Check, 'kind'> | null)[] {
  const alone = claims.map((claim) => claim.judge(level));
  const rejected = new Set<number>();
  // Holm's steps: whatever fails at alpha / (claims left) is rejected, which leaves fewer claims and a larger share.
  for (let before = -1; before < rejected.size;) {
    before = rejected.size;
    const at = 1 - (1 - level) / Math.max(1, claims.length - rejected.size);
    claims.forEach((claim, i) => {
      if (alone[i] !== 'fail' || rejected.has(i)) return;
      if (claims.length === 1 || claim.judge(at) === 'fail') rejected.add(i);
    });
  }
  return claims.map((claim, i) => {
    const isHeldBack = alone[i] === 'fail' && !rejected.has(i);
    const verdict = isHeldBack ? 'inconclusive' : alone[i];
    if (claim.onlyIfFailed === true && verdict !== 'fail') return null;
    const { evidence, ...told } = claim.tell(verdict);
    const heldBack = `its own bounds lie beyond the limit of this rule, but not after Holm's correction over ${claims.length} claims`;
    return {
      id: claim.id,
      rule: claim.rule,
      verdict,
      evidence: isHeldBack ? `${evidence}; ${heldBack}` : evidence,
      ...told,
    };
  });
}
