import { cancelled } from '../../../core/cancelled.js';
import { toError } from '../../../core/failure.js';
import type { LoadMessage, ProbeMessage, TryMessage } from '../child/messages.js';
import { startChild } from '../child-process.js';

interface Asking {
  readonly signal: AbortSignal;
  /** How to go on after an interruption, where that is possible. */
  readonly remedy?: string;
  /** How the process is started; by default a process indeed. */
  readonly start?: typeof startChild | undefined;
  /** Told what the process writes to stderr, piece by piece. */
  readonly onLog?: Parameters<typeof startChild>[2];
}

/**
 * Has one thing looked at in a process of its own, which ends with that.
 *
 * @returns whether it told that it was done
 * @throws MaskbenchError why the process could not do it, or `cancelled`.
 */
export async function askProbe(
  message: ProbeMessage | TryMessage,
  { signal, remedy, start = startChild, onLog }: Asking,
): Promise<boolean> {
  let done = false;
  let fatal: Error | undefined;
  const child = start(
    'probe-child',
    (answer) => {
      if (answer.kind === 'probed') done = true;
      if (answer.kind === 'fatal') fatal = toError(answer.failure);
      if (answer.kind === 'probed' || answer.kind === 'fatal') child.stop();
    },
    onLog,
  );
  const cancel = (): void => {
    fatal = cancelled(signal, remedy);
    child.stop();
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  child.send(message);
  const exit = await child.exit;
  signal.removeEventListener('abort', cancel);
  if (fatal !== undefined) throw fatal;
  if (exit.kind === 'crashed') throw toError(exit.failure);
  return done;
}

/**
 * Loads a model in a process of its own, as the passes do, and computes one output where its shape is not known before.
 *
 * @throws MaskbenchError `device.unavailable`, `model.load`, `model.signature`, or why the process could not do it.
 */
export async function tryOut(load: LoadMessage, signal: AbortSignal): Promise<void> {
  await askProbe({ kind: 'try', load }, { signal });
}
