import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCancelled } from '../../core/cancelled.js';
import { mapInOrder } from '../../core/map-in-order.js';

/** Looks at once, where there are many attempts. */
const WIDTH = 16;

interface Looks {
  readonly everyMs: number;
  /** How long a lock stands still before whoever holds it counts as gone. */
  readonly untilMs: number;
  readonly signal: AbortSignal | undefined;
  /** Told how many have a lock, before they are watched. */
  readonly onWatch?: (locked: number) => void;
}

/**
 * Those of some attempts in which a process is at work that cannot be looked at from here. It writes its lock again and again, as it was
 * not before: no clocks are compared. Who ends meanwhile counts as at work.
 *
 * @param lockOf what the lock of an attempt holds, if there is one
 */
export async function movingOn<T>(
  attempts: readonly T[],
  lockOf: (of: T) => Promise<string | undefined>,
  { everyMs, untilMs, signal, onWatch }: Looks,
): Promise<readonly T[]> {
  const look = async (of: T) => {
    throwIfCancelled(signal);
    return [of, await lockOf(of)] as const;
  };
  const silent = new Map<T, string>();
  for await (const [of, lock] of mapInOrder(attempts, WIDTH, look))
    if (lock !== undefined) silent.set(of, lock);
  if (silent.size > 0) onWatch?.(silent.size);
  const found: T[] = [];
  // Time in which we did not look ourselves, stopped together with the owner perhaps, is no silence of the owner.
  for (let leftMs = untilMs; leftMs > 0 && silent.size > 0; leftMs -= everyMs) {
    await sleep(everyMs, undefined, signal && { signal }).catch(() => throwIfCancelled(signal));
    for await (const [of, lock] of mapInOrder([...silent.keys()], WIDTH, look)) {
      if (lock === silent.get(of)) continue;
      silent.delete(of);
      found.push(of);
    }
  }
  return found;
}
