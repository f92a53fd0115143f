import {
  describeError,
  EXIT_STATUS,
  exitStatusOf,
  isForNow,
  MaskbenchError,
  type ExitStatus,
} from '../core/errors.js';
import { explainRefusal } from '../core/failure.js';

/** Says what ended a command in one line, and more only where it is a bug. @returns the exit status for it. */
export function tellError(thrown: unknown, err: (text: string) => void): ExitStatus {
  const isCoded = thrown instanceof MaskbenchError && isForNow(thrown.code);
  const error = isCoded ? thrown : explainRefusal(thrown, undefined, 'try again');
  if (error instanceof MaskbenchError && error.code === 'cancelled') {
    err(`${describeError(error)}\n`);
    return EXIT_STATUS.cancelled;
  }
  err(`maskbench: ${describeError(error)}\n`);
  if (!(error instanceof MaskbenchError) && error instanceof Error)
    err(`This is a bug in Maskbench. ${error.stack ?? ''}\n`);
  return exitStatusOf(error);
}
