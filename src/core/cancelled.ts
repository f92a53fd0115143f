import { MaskbenchError } from './errors.js';

/** @throws MaskbenchError `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new MaskbenchError('cancelled', 'stopped on request', { cause: signal.reason });
  }
}
