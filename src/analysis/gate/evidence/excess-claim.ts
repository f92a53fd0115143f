import { z } from 'zod';
import { counted, percent } from '../../../core/text.js';
import { imagesForMargin } from '../../../stats/images-for-margin.js';
import { excessShare, imagesToRuleOut, type ExcessShare } from '../../../stats/proportion.js';
import type { MetricMeta } from '../../../metrics/metric.js';
import { imagesWhere, scopeScores } from '../../compare/paired-images.js';
import type { JudgedPair } from '../rules/rule.js';
import type { Claim } from './claims.js';
import { byIdentity, decidedAfter, tooFewImages } from './wording.js';

/** The most by which new bad images may exceed mended ones, as a share of all. */
export const maximumShare = z
  .number()
  .gt(0)
  .lt(1)
  .default(0.01)
  .describe('The excess of such images over mended ones may be at most this share of all images.');

/** Images that a check names one by one. */
const NAMED = 20;

interface Excess {
  readonly id: string;
  readonly meta: MetricMeta;
  /** What became of a bad image, e.g. `fell below IoU 0.5`. */
  readonly what: string;
  readonly maximumShare: number;
  /** 1 of an image that turned bad, -1 of one that was mended, else 0. */
  changeOf(before: number, now: number): number;
}

/**
 * The claim that new bad images exceed mended ones by at most a share of all images: two equal models that differ by noise
 * make as many new ones as they mend. By exact bounds, for independent images of any kind; those hold for one look, so
 * images that are looked at while they come in are judged by bets on the same changes.
 */
export function excessClaim(
  { id, meta, what, maximumShare: share, changeOf }: Excess,
  on: JudgedPair,
): Claim {
  const scores = scopeScores(on.datasets, meta);
  const { n, undefinedCandidate } = scores;
  const changes = scores.baseline.map((before, i) => changeOf(before, scores.candidate[i]));
  const fresh = imagesWhere(scores, (_, i) => changes[i] > 0);
  const mended = changes.filter((change) => change < 0).length;
  const looked = on.looks?.(id);
  const at = (level: number): Pick<ExcessShare, 'estimate' | 'lower' | 'upper'> =>
    looked === undefined
      ? excessShare(fresh.length, mended, n, level)
      : { estimate: -(looked.estimate ?? 0), lower: -(looked.upper ?? 1), upper: -(looked.lower ?? -1) };
  return {
    id,
    rule: `images that ${what} less those mended: at most ${percent(share)}`,
    followed: [
      {
        id,
        meta,
        groups: [on.datasets],
        range: [-1, 1],
        limit: -share,
        valueOf: (before, now) => -changeOf(before, now),
      },
    ],
    judge(level) {
      if (on.isIdentical) return 'pass';
      if (looked !== undefined) {
        return looked.verdict === 'pass' && undefinedCandidate > 0 ? 'inconclusive' : looked.verdict;
      }
      if (n === 0 || n < on.minimumImages) return 'inconclusive';
      const { lower, upper } = at(level);
      if (lower > share) return 'fail';
      return upper <= share && undefinedCandidate === 0 ? 'pass' : 'inconclusive';
    },
    tell(verdict) {
      const known = n === 0 ? null : at(on.level);
      const open = verdict === 'inconclusive' && known !== null;
      const needed = open && on.explain ? imagesNeeded(changes, share, on) : null;
      return {
        evidence: [
          `${fresh.length} of ${counted(n, 'image')} ${what}, ${mended} mended`,
          ...(known === null
            ? []
            : [
                `excess ${percent(known.estimate)} (${percent(on.level).replace('.0', '')} bounds ${percent(known.lower)} and ${percent(known.upper)})`,
              ]),
          ...(on.isIdentical ? [byIdentity(n)] : []),
          ...decidedAfter(looked),
          ...(open && n < on.minimumImages ? [tooFewImages(on.minimumImages)] : []),
          ...(open && undefinedCandidate > 0
            ? [`undefined for the candidate alone on ${counted(undefinedCandidate, 'image')}`]
            : []),
          ...(open && known.upper > share ? [`these data could pass ${shareUp(known.upper)}`] : []),
          ...(needed === null
            ? []
            : [`an equal candidate would need some ${counted(needed, 'image')} to pass`]),
        ].join('; '),
        figures: {
          n,
          hits: fresh.length,
          mended,
          maximumShare: share,
          excess: known?.estimate ?? null,
          lowerShare: known?.lower ?? null,
          upperShare: known?.upper ?? null,
          level: on.level,
          imagesNeeded: needed,
          undefinedCandidate,
          ...(looked === undefined ? {} : { decidedAfter: looked.after }),
          ...(on.isIdentical ? { byIdentity: n } : {}),
        },
        images: fresh.slice(0, NAMED),
      };
    },
  };
}

/** With one decimal, and never less than it is. */
function shareUp(share: number): string {
  return percent(Math.ceil(share * 1e3) / 1e3);
}

/** The part of the error that is spent on new images where none was mended (`excessShare`). */
const ON_FRESH = 0.8;

/** With which 8 of 10 candidates pass that break as many images as they mend, and as many as here; null where none is found. */
function imagesNeeded(
  changes: Float64Array,
  share: number,
  { level, resampling, minimumImages }: JudgedPair,
): number | null {
  if (changes.every((change) => change === 0)) {
    return Math.max(imagesToRuleOut(share, 1 - ON_FRESH * (1 - level)), minimumImages);
  }
  const equal = [...changes, ...changes.map((change) => -change)];
  const range = [-1, 1] as const;
  const { images } = imagesForMargin([equal], { margin: share, range, level, seed: resampling.seed });
  return images === null ? null : Math.max(images, minimumImages);
}
