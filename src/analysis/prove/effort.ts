import type { Effort } from './artifacts.js';

/** Times that can be sealed: on two processor cores some five minutes with IS-Net, of which the times are three. */
export const FULL: Effort = {
  time: { profile: 'publishable', percentile: 'p50', images: 4, threads: 'auto', together: 'auto' },
  measure: { processes: 4, images: 4, rounds: 3, warmup: 20 },
  sameTwiceMs: 150_000,
};

/** A look at everything in a minute or two, which seals nothing. */
export const QUICK: Effort = {
  time: { profile: 'quick', images: 4, threads: 'auto', together: 'auto' },
  measure: { processes: 2, images: 4, rounds: 1, warmup: 3 },
  sameTwiceMs: 60_000,
};
