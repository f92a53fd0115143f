import type { Effort } from './artifacts.js';

/** Times that can be sealed, in ten minutes with IS-Net on two processor cores. */
export const FULL: Effort = {
  time: { profile: 'publishable', percentile: 'p50', images: 4, threads: 'auto', together: 'auto' },
  measure: { processes: 4, images: 4, rounds: 3, warmup: 20 },
  sameTwiceMs: 150_000,
  wholeMs: 570_000,
};

/** A look at everything in a minute or two, which seals nothing. */
export const QUICK: Effort = {
  time: { profile: 'quick', images: 4, threads: 'auto', together: 'auto' },
  measure: { processes: 2, images: 4, rounds: 1, warmup: 3 },
  sameTwiceMs: 60_000,
  wholeMs: 180_000,
};
