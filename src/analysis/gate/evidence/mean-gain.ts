import type { MetricMeta } from '../../../metrics/metric.js';
import type { ValueRange } from '../../../stats/betting.js';
import { imagesForMargin, leastImages } from '../../../stats/images-for-margin.js';
import { meanBounds } from '../../../stats/mean-bounds.js';
import { nonInferiority, type NonInferiority } from '../../../stats/non-inferiority.js';
import type { JudgedPair } from '../rules/rule.js';
import type { Counted, Followed, Known } from './followed.js';

/** Gains whose mean is claimed to lie above -margin. */
export interface MeanGain {
  readonly id: string;
  /** Of each dataset, a value per independent unit; the mean that is claimed is that of the datasets' means. */
  readonly gains: readonly Float64Array[];
  /** Of one gain; null where it has no end, and then only the assumption decides. */
  readonly range: ValueRange | null;
  readonly margin: number;
  /** Images of all units; absent where each image is a unit of its own. */
  readonly images?: number | undefined;
  /** Images for which the candidate alone has no value: they are in no mean, so the claim cannot pass. */
  readonly undefinedCandidate: number;
  /** What of each image is one of the gains. */
  readonly counted: Counted;
}

/** The claim as it is followed image by image; none where no bound holds for it. */
export function followedOf({ id, range, margin, counted }: MeanGain): Followed | undefined {
  return range === null ? undefined : { id, range, limit: -margin, ...counted };
}

/**
 * What the gate's method knows (of images that are looked at while they come in, what all looks so far have shown): bounds that hold for every population of scores in the metric's range, or, where the gate
 * assumes that there are no rare disasters, approximate ones.
 */
export function knownOf(gain: MeanGain, on: JudgedPair, level: number): Known {
  const known =
    on.looks?.(gain.id) ?? (on.assume === null ? byBounds(gain, on, level) : byAssumption(gain, on, level));
  return known.verdict === 'pass' && gain.undefinedCandidate > 0
    ? { ...known, verdict: 'inconclusive' }
    : known;
}

function byBounds({ gains, range, margin }: MeanGain, { minimumImages }: JudgedPair, level: number): Known {
  const n = imagesOf(gains);
  if (isWithoutMean(gains) || range === null) {
    return { verdict: 'inconclusive', n, estimate: null, lower: null, upper: null };
  }
  const { lower, upper, estimate } = meanBounds(gains, { range, level });
  const verdict =
    n < minimumImages ? 'inconclusive' : lower > -margin ? 'pass' : upper < -margin ? 'fail' : 'inconclusive';
  return { verdict, n, estimate, lower, upper };
}

/** Fewer images than this give no approximate bounds, whatever a gate says. */
const LEAST_ASSUMED = 30;

/** The same by approximate intervals, which take it for granted that no rare image loses much more than these. */
export function byAssumption({ id, gains, margin }: MeanGain, on: JudgedPair, level: number): NonInferiority {
  const { resamples, seed } = on.resampling;
  const minimum = Math.max(LEAST_ASSUMED, on.minimumImages);
  return nonInferiority(gains, { margin, level, minimum, resamples, seed: `${seed}/${id}` });
}

/** So few images cannot show that nothing more than the margin was lost, whatever they say. */
export function leastFor({ range, margin }: Pick<MeanGain, 'range' | 'margin'>, on: JudgedPair): number {
  const { assume, level, minimumImages } = on;
  if (assume !== null || range === null) return Math.max(LEAST_ASSUMED, minimumImages);
  return margin > 0 ? Math.max(leastImages({ margin, range, level }), minimumImages) : minimumImages;
}

/** Images, in these proportions, with which 8 of 10 such candidates pass; null where no number is found. */
export function imagesNeeded(
  gain: MeanGain,
  on: JudgedPair,
): { readonly images: number; readonly who: string } | null {
  const { id, gains, range, margin } = gain;
  const who = margin > 0 ? 'an equal candidate' : 'such a candidate';
  if (on.assume !== null || range === null) {
    const found = byAssumption(gain, on, on.level).imagesNeeded;
    if (found === null || !Number.isFinite(found)) return null;
    return { images: Math.max(found, LEAST_ASSUMED, on.minimumImages), who };
  }
  const { images } = imagesForMargin(gains, {
    margin,
    range,
    level: on.level,
    gain: margin > 0 ? 0 : undefined,
    seed: `${on.resampling.seed}/${id}/images`,
  });
  return images === null ? null : { images: Math.max(images, on.minimumImages), who };
}

/** A mean of datasets needs all of them: without one it would be another mean. */
export function isWithoutMean(gains: readonly Float64Array[]): boolean {
  return gains.length === 0 || gains.some(({ length }) => length === 0);
}

function imagesOf(gains: readonly Float64Array[]): number {
  return gains.reduce((sum, { length }) => sum + length, 0);
}

/** As many as the mean of the datasets is known by: that of all were they as small as the smallest. */
export function evenImages(gains: readonly Float64Array[]): number {
  return gains.length * Math.min(...gains.map(({ length }) => length));
}

/** What one image gained; positive is better. */
export function gainOf({ better }: MetricMeta, before: number, now: number): number {
  return better === 'higher' ? now - before : before - now;
}
