import { z } from 'zod';
import { counted, percent } from '../../../core/text.js';
import { imagesForMargin, leastImages } from '../../../stats/images-for-margin.js';
import { excessShare, imagesToRuleOut } from '../../../stats/proportion.js';
import { meanBounds, type MeanBounds } from '../../../stats/mean-bounds.js';
import { meanOf } from '../../../stats/values.js';
import type { MetricMeta } from '../../../metrics/metric.js';
import { inUnits, meansByUnit } from '../../compare/unit-scores.js';
import { imagesWhere, scopeScores } from '../../compare/paired-images.js';
import type { JudgedPair } from '../rules/rule.js';
import type { Claim } from './claims.js';
import { byIdentity, countedUnits, decidedAfter, tooFewImages, unitWord } from './wording.js';

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
 * make as many new ones as they mend. By exact bounds, for independent images of any kind. Where images belong to units, a
 * unit counts by the mean of its images' changes (1 of 5 images turned bad: 0.2), and the share is the mean over units, by the
 * bounds that hold for every population of values in -1..1. Exact bounds hold for one look: images that are looked at while
 * they come in are judged by bets on the same changes.
 */
export function excessClaim(
  { id, meta, what, maximumShare: share, changeOf }: Excess,
  on: JudgedPair,
): Claim {
  const scores = scopeScores(on.datasets, meta);
  const { undefinedCandidate } = scores;
  const changes = Float64Array.from(scores.baseline, (before, i) => changeOf(before, scores.candidate[i]));
  const { n, images } = inUnits(scores);
  const byUnit = meansByUnit(scores, changes);
  const unit = unitWord(images);
  const fresh = imagesWhere(scores, (_, i) => changes[i] > 0);
  const mended = changes.filter((change) => change < 0).length;
  const looked = on.looks?.(id);
  // of no image nothing is known, also not that nothing changed
  const isIdentical = on.isIdentical && n > 0;
  const at = (level: number): Pick<MeanBounds, 'lower' | 'upper'> & { readonly estimate: number } => {
    if (looked !== undefined)
      return { estimate: -(looked.estimate ?? 0), lower: -(looked.upper ?? 1), upper: -(looked.lower ?? -1) };
    return images === undefined
      ? excessShare(fresh.length, mended, n, level)
      : { ...meanBounds([byUnit], { range: CHANGES, level }), estimate: meanOf(byUnit) };
  };
  return {
    id,
    rule: `images that ${what} less those mended: at most ${percent(share)}${images === undefined ? '' : ', each unit counting by the mean of its images'}`,
    followed: [
      {
        id,
        meta,
        groups: [on.datasets],
        range: CHANGES,
        limit: -share,
        valueOf: (before, now) => -changeOf(before, now),
      },
    ],
    judge(level) {
      if (isIdentical) return 'pass';
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
      const needed = open && on.explain ? imagesNeeded(byUnit, images !== undefined, share, on) : null;
      return {
        evidence: [
          `${fresh.length} of ${counted(scores.n, 'image')} ${what}, ${mended} mended${images === undefined ? '' : `, in ${countedUnits(n, images)}`}`,
          ...(known === null
            ? []
            : [
                `excess ${percent(known.estimate)} (${percent(on.level).replace('.0', '')} bounds ${percent(known.lower)} and ${percent(known.upper)})`,
              ]),
          ...(isIdentical ? [byIdentity(n, images)] : []),
          ...decidedAfter(looked),
          ...(open && n < on.minimumImages ? [tooFewImages(on.minimumImages)] : []),
          ...(open && undefinedCandidate > 0
            ? [`undefined for the candidate alone on ${counted(undefinedCandidate, 'image')}`]
            : []),
          ...(open && known.upper > share ? [`these data could pass ${shareUp(known.upper)}`] : []),
          ...(needed === null ? [] : [`an equal candidate would need some ${counted(needed, unit)} to pass`]),
        ].join('; '),
        figures: {
          n,
          ...(images === undefined ? {} : { images }),
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
          ...(isIdentical ? { byIdentity: images ?? n } : {}),
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

/** What the mean change of a unit can be. */
const CHANGES = [-1, 1] as const;

/** The part of the error that is spent on new images where none was mended (`excessShare`). */
const ON_FRESH = 0.8;

/** With which 8 of 10 candidates pass that break as many images as they mend, and as many as here; null where none is found. */
function imagesNeeded(
  changes: Float64Array,
  areUnits: boolean,
  share: number,
  { level, resampling, minimumImages }: JudgedPair,
): number | null {
  if (changes.every((change) => change === 0)) {
    if (areUnits) return Math.max(leastImages({ margin: share, range: CHANGES, level }), minimumImages);
    return Math.max(imagesToRuleOut(share, 1 - ON_FRESH * (1 - level)), minimumImages);
  }
  const equal = [...changes, ...changes.map((change) => -change)];
  const { images } = imagesForMargin([equal], {
    margin: share,
    range: CHANGES,
    level,
    seed: resampling.seed,
  });
  return images === null ? null : Math.max(images, minimumImages);
}
