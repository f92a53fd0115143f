import { counted, percent } from '../../../core/text.js';
import { gainRange, type MetricMeta } from '../../../metrics/metric.js';
import { assumption, type Verdict } from '../../../schema/verdict.js';
import { meanOf } from '../../../stats/values.js';
import { scopeScores, type PairedDataset } from '../../compare/paired-images.js';
import { inUnits, type UnitScores } from '../../compare/unit-scores.js';
import type { JudgedPair } from '../rules/rule.js';
import type { Claim } from './claims.js';
import type { Counted, Known } from './followed.js';
import {
  byAssumption,
  evenImages,
  followedOf,
  gainOf,
  imagesNeeded,
  isWithoutMean,
  knownOf,
  leastFor,
  type MeanGain,
} from './mean-gain.js';
import { byIdentity, countedUnits, decidedAfter, figure, signed, tooFewImages, unitWord } from './wording.js';

interface Words {
  readonly rule: string;
  /** What the figures are of, e.g. `IoU 0.912 before, 0.905 now`. */
  readonly means: string;
  /** What a margin is called, were it so large. */
  passable(margin: number): string;
  /** Whether nothing can have changed where both sides are one model; a floor is about the candidate alone. */
  readonly isRelative: boolean;
  readonly notes?: readonly string[];
  readonly onlyIfFailed?: boolean;
}

export function meanClaim(gain: MeanGain, on: JudgedPair, words: Words): Claim {
  const { id, margin, images, undefinedCandidate } = gain;
  // of no image nothing is known, also not that nothing changed
  const isIdentical = on.isIdentical && words.isRelative && gain.gains.some(({ length }) => length > 0);
  return {
    id,
    rule: words.rule,
    onlyIfFailed: words.onlyIfFailed === true,
    followed: [followedOf(gain) ?? []].flat(),
    judge: (level) => (isIdentical ? 'pass' : knownOf(gain, on, level).verdict),
    tell(verdict) {
      const known = knownOf(gain, on, on.level);
      const { n, estimate, lower, upper } = known;
      const open = verdict === 'inconclusive' ? whyOpen(gain, known, on, words) : null;
      return {
        evidence: [
          `${words.means}: ${gainText(known, on.level)} over ${countedUnits(n, images)}`,
          ...(isIdentical ? [byIdentity(n, images)] : []),
          ...decidedAfter(on.looks?.(id)),
          ...(open?.texts ?? []),
          ...(words.notes ?? []),
        ].join('; '),
        figures: {
          n,
          ...(images === undefined ? {} : { images }),
          margin,
          gain: estimate,
          lower,
          upper,
          level: on.level,
          smallestMargin: lower === null ? null : Math.max(0, -lower),
          imagesNeeded: open?.imagesNeeded ?? null,
          undefinedCandidate,
          ...(on.looks === undefined ? {} : { decidedAfter: on.looks(id)?.after ?? null }),
          ...(isIdentical ? { byIdentity: images ?? n } : {}),
        },
        images: [],
      };
    },
  };
}

function gainText({ estimate, lower, upper }: Known, level: number): string {
  if (estimate === null || lower === null || upper === null) return 'no bounds';
  const confidence = percent(level).replace('.0', '');
  return `gain ${signed(estimate)} (${confidence} bounds ${signed(lower)} and ${signed(upper)})`;
}

/** Why a claim is open, and what it would take. */
function whyOpen(
  gain: MeanGain,
  { n, lower, upper }: Known,
  on: JudgedPair,
  { passable }: Words,
): { readonly texts: readonly string[]; readonly imagesNeeded: number | null } {
  const { gains, margin, images, undefinedCandidate } = gain;
  const unit = unitWord(images);
  if (n === 0) return { texts: [`no ${unit}s`], imagesNeeded: null };
  if (isWithoutMean(gains)) {
    return {
      texts: ['a dataset has no image with a value on both sides, and a mean of datasets needs all of them'],
      imagesNeeded: null,
    };
  }
  const [least, even] = [leastFor(gain, on), evenImages(gains)];
  const spans = lower !== null && upper !== null && lower <= -margin && upper >= -margin;
  const needed = on.explain ? imagesNeeded(gain, on) : null;
  const assumed = on.assume === null && on.explain ? byAssumption(gain, on, on.level).verdict : null;
  const texts = [
    ...(n < on.minimumImages ? [tooFewImages(on.minimumImages)] : []),
    ...(even < least && least > on.minimumImages
      ? [
          `too few ${unit}s for this margin, which takes ${counted(least, unit)}${gains.length > 1 ? `, shared evenly by ${gains.length} datasets,` : ''} where nothing changes`,
        ]
      : spans
        ? ['the bounds lie on both sides']
        : []),
    ...(undefinedCandidate > 0
      ? [`undefined for the candidate alone on ${counted(undefinedCandidate, 'image')}`]
      : []),
    ...(lower !== null && lower <= -margin ? [`these data could pass ${passable(-lower)}`] : []),
    ...(needed === null ? [] : [`${needed.who} would need some ${counted(needed.images, unit)} to pass`]),
    ...(assumed === null ? [] : [`"assume: ${assumption.value}" would make it ${ASSUMED_WORDS[assumed]}`]),
  ];
  return { texts, imagesNeeded: needed?.images ?? null };
}

const ASSUMED_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'a pass',
  fail: 'a failure',
  inconclusive: 'inconclusive as well',
};

/** A metric's scores in each dataset, and for how many images the candidate alone has none. */
export interface Scopes extends Pick<Counted, 'groups' | 'isIn'> {
  readonly scopes: readonly UnitScores[];
  /** Images of all units; undefined where each image is a unit of its own. */
  readonly images: number | undefined;
  readonly undefinedCandidate: number;
}

export function scopesOf(datasets: readonly PairedDataset[], meta: MetricMeta): Scopes {
  // a dataset without a common image, of a comparison that was forced, is not in it
  const common = datasets.filter(({ ids }) => ids.length > 0);
  return scopesOfGroups({ groups: common.map((dataset) => [dataset]) }, meta);
}

export function scopesOfGroups(of: Pick<Counted, 'groups' | 'isIn'>, meta: MetricMeta): Scopes {
  const all = of.groups.map((group) => scopeScores(group, meta, of.isIn));
  const scopes = all.map(inUnits);
  return {
    ...of,
    scopes,
    images: scopes.every(({ images }) => images === undefined)
      ? undefined
      : all.reduce((sum, { n }) => sum + n, 0),
    undefinedCandidate: all.reduce((sum, one) => sum + one.undefinedCandidate, 0),
  };
}

interface GainClaim extends Pick<Words, 'notes' | 'onlyIfFailed'> {
  readonly id: string;
  readonly on: string;
  readonly margin: number;
}

/** The claim that a metric has lost no more than a margin on average over some of the images. */
export function gainClaim(
  meta: MetricMeta,
  { scopes, images, undefinedCandidate, ...which }: Scopes,
  { id, on, margin, ...more }: GainClaim,
  pair: JudgedPair,
): Claim {
  const where = `${meta.name} on ${on}`;
  const mean = (of: 'baseline' | 'candidate'): string => figure(meanOf(scopes.map((one) => meanOf(one[of]))));
  const gains = scopes.map((scope) => scope.gains);
  return meanClaim(
    {
      id,
      gains,
      range: gainRange(meta),
      margin,
      images,
      undefinedCandidate,
      counted: { meta, ...which, valueOf: (before, now) => gainOf(meta, before, now) },
    },
    pair,
    {
      rule: `${where}: mean loss below ${margin}`,
      means: isWithoutMean(gains) ? where : `${where} ${mean('baseline')} before, ${mean('candidate')} now`,
      passable: (smallest) => `a margin of ${figureUp(smallest)}`,
      isRelative: true,
      ...more,
    },
  );
}

/** With four decimals, and never less than it is. */
function figureUp(value: number): string {
  return figure(Math.ceil(value * 1e4) / 1e4);
}
