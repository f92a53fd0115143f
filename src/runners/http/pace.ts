import { setTimeout as sleep } from 'node:timers/promises';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';

/** When a service may be called next. */
export interface Pace {
  /** Waits until it is somebody's turn. @throws MaskbenchError `cancelled`. */
  turn(signal: AbortSignal): Promise<void>;
  /**
   * Holds up all calls, after one that was refused for now.
   *
   * @param attempt how many there were, from 1
   * @returns false where it asks for a longer wait than is reasonable.
   */
  hold(attempt: number, askedMs: number | undefined): boolean;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A service that asks for more is not waited for. */
const MOST_ASKED_MS = 600_000;

export function openPace(perMinute: number | undefined): Pace {
  const gapMs = perMinute === undefined ? 0 : 60_000 / perMinute;
  let next = 0;
  return {
    async turn(signal) {
      for (;;) {
        const now = performance.now();
        if (now >= next) {
          next = now + gapMs;
          return;
        }
        await sleep(next - now, undefined, { signal }).catch(() => throwIfCancelled(signal, RESUME));
      }
    },
    hold(attempt, askedMs) {
      if (askedMs !== undefined && askedMs > MOST_ASKED_MS) return false;
      // Not all at the same moment again.
      const backOffMs =
        Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
      next = Math.max(next, performance.now() + (askedMs ?? backOffMs));
      return true;
    },
  };
}
