import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { escapeControls } from '../core/errors.js';
import { BEAT_MS, GONE_AFTER_MS, WAIT_MS, type LockOptions } from '../store/lock-options.js';
import { seconds } from './arguments.js';
import type { CliContext } from './context.js';

/** An owner that misses fewer signs of life than this may only be slow. */
const FEWEST_BEATS = 5;

/** How long a command that writes into a run folder waits for another one there. */
export const waitFlag = () =>
  new Option(
    '--wait <seconds>',
    `how long to wait for another process that is writing to the run folder (default: ${WAIT_MS / 1000})`,
  ).argParser(seconds);

/** When a process that writes the run folder, and that cannot be looked at from here, counts as gone. */
export const ownerTimeoutFlag = () =>
  new Option(
    '--owner-timeout <seconds>',
    `how long a process of another host or container may give no sign of life before this one takes over (default: ${GONE_AFTER_MS / 1000})`,
  ).argParser((text) => {
    const least = (FEWEST_BEATS * BEAT_MS) / 1000;
    if (seconds(text) < least) throw new InvalidArgumentError(`expected at least ${least} seconds.`);
    return seconds(text);
  });

interface Flags {
  readonly wait?: number | undefined;
  readonly ownerTimeout?: number | undefined;
}

export function lockOptions({ wait, ownerTimeout }: Flags, { err, signal }: CliContext): LockOptions {
  return {
    waitMs: inMs(wait),
    goneAfterMs: inMs(ownerTimeout),
    signal,
    onWait: (message) => err(`warning: ${escapeControls(message)}\n`),
  };
}

const inMs = (s: number | undefined): number | undefined => (s === undefined ? undefined : s * 1000);
