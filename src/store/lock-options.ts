export interface LockOptions {
  /** What is written under the lock, for messages; by default `this run`. */
  readonly what?: string | undefined;
  /** How long to wait for another owner. */
  readonly waitMs?: number | undefined;
  /** How long an owner that cannot be looked at must give no sign of life to count as gone. */
  readonly goneAfterMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told once, before it is waited. */
  readonly onWait?: ((message: string) => void) | undefined;
}

export const WAIT_MS = 90_000;
export const GONE_AFTER_MS = 60_000;
/** How often an owner gives a sign of life. */
export const BEAT_MS = 1000;
