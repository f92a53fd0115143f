import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCancelled } from '../core/cancelled.js';
import { MaskbenchError } from '../core/errors.js';
import { unless } from '../core/system-code.js';
import { GONE_AFTER_MS, WAIT_MS, type LockOptions } from './lock-options.js';
import { describeOwner, isKnownGone, parseOwner } from './lock-owner.js';

interface Gone {
  readonly text: string;
  /** Whether neither it nor one before it can write any more. */
  readonly isOver: boolean;
}

/** Waits until a lock is free (`undefined`) or its owner is gone. @throws MaskbenchError `run.locked`, `cancelled`. */
export type Waiter = (path: string) => Promise<Gone | undefined>;

export function waiterFor(folder: string, options: LockOptions): Waiter {
  const { waitMs = WAIT_MS, goneAfterMs = GONE_AFTER_MS, signal, onWait, what } = options;
  const begin = performance.now();
  const lookEveryMs = Math.min(500, goneAfterMs / 10);
  let isTold = false;
  return async (path) => {
    let seen: string | undefined;
    let [silentMs, lookedAt] = [0, 0];
    for (;;) {
      throwIfCancelled(signal);
      const text = await readIfThere(path);
      if (text === undefined) return undefined;
      const owner = parseOwner(text);
      if (owner !== undefined && isKnownGone(owner)) return { text, isOver: owner.settled === 'yes' };
      const now = performance.now();
      // Time in which we did not look ourselves, stopped together with the owner perhaps, is no silence of the owner.
      silentMs = text === seen ? silentMs + Math.min(now - lookedAt, 2 * lookEveryMs) : 0;
      [seen, lookedAt] = [text, now];
      if (silentMs >= goneAfterMs) return { text, isOver: false };
      if (now - begin >= waitMs) {
        throw new MaskbenchError('run.locked', describeOwner(owner, what), {
          where: folder,
          remedy: `try again when it has ended; waited for ${Math.round(waitMs / 1000)} s (--wait)`,
        });
      }
      if (!isTold)
        onWait?.(`${describeOwner(owner, what)}; waiting for it up to ${Math.round(waitMs / 1000)} s`);
      isTold = true;
      await sleep(Math.min(lookEveryMs, waitMs - (now - begin)), undefined, signal && { signal }).catch(
        () => undefined,
      );
    }
  };
}

export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(unless('ENOENT'));
}
