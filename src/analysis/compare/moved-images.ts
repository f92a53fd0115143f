import type { MovedImage } from '../../schema/comparison.js';
import type { ScopedScores } from './paired-images.js';

/** The images with the lowest gains below zero, the worst first; at most `count`. */
export function largestLosses(scores: ScopedScores, count: number): readonly MovedImage[] {
  return pick(scores, count, (gain) => -gain);
}

/** The images with the highest gains above zero, the best first; at most `count`. */
export function largestGains(scores: ScopedScores, count: number): readonly MovedImage[] {
  return pick(scores, count, (gain) => gain);
}

/** The images that a rule names, by gain, the worst first. */
export function imagesWhere(
  scores: ScopedScores,
  isMeant: (gain: number, i: number) => boolean,
): readonly MovedImage[] {
  const found: number[] = [];
  for (let i = 0; i < scores.n; i++) if (isMeant(scores.gains[i], i)) found.push(i);
  return found.sort((a, b) => scores.gains[a] - scores.gains[b]).map((i) => describe(scores, i));
}

function pick(
  scores: ScopedScores,
  count: number,
  amountOf: (gain: number) => number,
): readonly MovedImage[] {
  const { gains, n } = scores;
  const moved: number[] = [];
  for (let i = 0; i < n; i++) if (amountOf(gains[i]) > 0) moved.push(i);
  return moved
    .sort((a, b) => amountOf(gains[b]) - amountOf(gains[a]) || a - b)
    .slice(0, count)
    .map((i) => describe(scores, i));
}

function describe({ sources, rows, baseline, candidate, gains }: ScopedScores, i: number): MovedImage {
  const source = sources[i];
  return {
    dataset: source.name,
    id: source.ids[rows[i]],
    baseline: baseline[i],
    candidate: candidate[i],
    gain: gains[i],
  };
}
