import { cancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toError } from '../../core/failure.js';
import { startChild } from './child-process.js';
import type { LoadMessage } from './child/messages.js';

/**
 * Loads a model in a process of its own, as the passes do, and computes one output where its shape is not known before.
 *
 * @throws MaskbenchError `device.unavailable`, `model.load`, `model.signature`, or why the process could not do it.
 */
export async function tryOut(load: LoadMessage, signal: AbortSignal): Promise<void> {
  let said: 'probed' | MaskbenchError | undefined;
  const child = startChild('probe-child', (message) => {
    if (message.kind === 'probed') said = 'probed';
    if (message.kind === 'fatal') said = toError(message.failure);
    child.stop();
  });
  const cancel = (): void => {
    said = cancelled(signal);
    child.stop();
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  child.send({ kind: 'try', load });
  const exit = await child.exit;
  signal.removeEventListener('abort', cancel);
  if (said instanceof MaskbenchError) throw said;
  if (exit.kind === 'crashed') throw toError(exit.failure);
}
