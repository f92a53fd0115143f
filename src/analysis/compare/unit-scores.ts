import { unitMeans } from '../../stats/unit-means.js';
import type { ScopedScores } from './paired-images.js';

/** Scores as statistics count them: a value per independent unit, which is the mean of its images. */
export interface UnitScores extends Pick<
  ScopedScores,
  'n' | 'baseline' | 'candidate' | 'gains' | 'undefinedBaseline' | 'undefinedCandidate'
> {
  /** Images of the n units; absent where each image is a unit of its own. */
  readonly images?: number;
}

/** Where no dataset names units, the images' own. */
export function inUnits(scores: ScopedScores): UnitScores {
  const { n: images, baseline, candidate, gains, undefinedBaseline, undefinedCandidate } = scores;
  const without = { undefinedBaseline, undefinedCandidate };
  if (unitKeys(scores) === undefined) return { n: images, baseline, candidate, gains, ...without };
  const means = meansByUnit(scores, gains);
  return {
    n: means.length,
    images,
    baseline: meansByUnit(scores, baseline),
    candidate: meansByUnit(scores, candidate),
    gains: means,
    ...without,
  };
}

/** Of each unit the mean of what its images have. */
export function meansByUnit(scores: ScopedScores, values: Float64Array): Float64Array {
  const keys = unitKeys(scores);
  return keys === undefined ? values : unitMeans(values, keys).means;
}

/** The unit of each score, units of different datasets being different ones. */
function unitKeys({ sources, rows }: ScopedScores): readonly string[] | undefined {
  if (sources.every(({ units }) => units === undefined)) return undefined;
  return sources.map(({ name, units, ids }, i) =>
    JSON.stringify(units === undefined ? [name, 'id', ids[rows[i]]] : [name, 'unit', units[rows[i]]]),
  );
}
