import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCancelled } from '../../core/cancelled.js';

/** How patient a download is, and how much it takes. Attempts are counted since the last that brought bytes as fast as need be. */
export interface RetryPolicy {
  readonly attempts: number;
  /** Wait before the second attempt; doubled for each further one, up to `maxWaitMs`. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  /** How long a server may stay silent. */
  readonly stallMs: number;
  /** Slower than this, over `slowMs` of waiting for bytes, a connection is given up as a silent one is. */
  readonly leastBytesPerSecond: number;
  readonly slowMs: number;
  /** The largest file that is fetched where no size is pinned. */
  readonly mostBytes: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  firstWaitMs: 400,
  maxWaitMs: 10_000,
  stallMs: 30_000,
  leastBytesPerSecond: 1000,
  slowMs: 30_000,
  mostBytes: 8e9,
};

/** Statuses that say "later", not "no". */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Waits before attempt number `attempt` (2, 3, ...), or as long as the server asked for within reason. */
export async function backOff(
  policy: RetryPolicy,
  attempt: number,
  signal: AbortSignal | undefined,
  askedMs: number | undefined,
): Promise<void> {
  const wait = Math.min(policy.maxWaitMs, Math.max(policy.firstWaitMs * 2 ** (attempt - 2), askedMs ?? 0));
  await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch(() => throwIfCancelled(signal));
}
