import { MaskbenchError } from './errors.js';

/** @param remedy how to go on, where that is possible */
export function cancelled(signal: AbortSignal | undefined, remedy?: string): MaskbenchError {
  return new MaskbenchError('cancelled', 'interrupted', {
    cause: signal?.reason,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** @throws MaskbenchError `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined, remedy?: string): void {
  if (signal?.aborted === true) throw cancelled(signal, remedy);
}

/** What an interrupted run is continued with. */
export const RESUME = 'continue with --resume';

/** Whether an error ends all current work, and not one model's part of it. */
export function endsAll(error: unknown): boolean {
  return (
    error instanceof MaskbenchError && ['cancelled', 'device.unavailable', 'device.busy'].includes(error.code)
  );
}
