import type { RetryPolicy } from '../../src/models/sources/retry.js';

/** As patient as the real policy, but in a hurry. */
export const FAST_RETRY: RetryPolicy = {
  attempts: 3,
  firstWaitMs: 1,
  maxWaitMs: 5,
  stallMs: 3000,
  leastBytesPerSecond: 1000,
  slowMs: 10_000,
  mostBytes: 1e9,
};
