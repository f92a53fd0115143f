import { MaskbenchError } from '../core/errors.js';
import { toError } from '../core/failure.js';
import { startChild } from './child-process.js';
import type { FromChild, LoadMessage, TimeMessage } from './child/messages.js';
import type { PhaseTimes } from './phases.js';

export interface TimingRequest {
  readonly load: LoadMessage;
  readonly timing: Omit<TimeMessage, 'kind'>;
  readonly signal: AbortSignal;
  onTimed(): void;
}

export interface ModelTiming {
  readonly loadMs: number;
  readonly firstInferenceMs: number;
  /** Peak resident memory of the process (VmHWM), bytes; null where the system does not tell. */
  readonly peakRssBytes: number | null;
  readonly samples: readonly {
    readonly key: string;
    readonly iteration: number;
    readonly phases: PhaseTimes;
  }[];
}

/**
 * Times one model in a fresh process of its own.
 *
 * @throws MaskbenchError why the process could not do it, or `cancelled`.
 */
export async function timeModel({ load, timing, signal, onTimed }: TimingRequest): Promise<ModelTiming> {
  let loadMs = Number.NaN;
  let firstInferenceMs = Number.NaN;
  const samples: ModelTiming['samples'][number][] = [];
  let peakRssBytes: number | null = null;
  let complete = false;
  let fatal: Error | undefined;
  const child = startChild('time-child', (message: FromChild) => {
    switch (message.kind) {
      case 'loaded':
        loadMs = message.loadMs;
        child.send({ kind: 'time', ...timing });
        break;
      case 'first-inference':
        firstInferenceMs = message.inferenceMs;
        break;
      case 'timed':
        samples.push({ key: message.key, iteration: message.iteration, phases: message.phases });
        onTimed();
        break;
      case 'timing-done':
        complete = true;
        peakRssBytes = message.peakRssBytes;
        child.stop();
        break;
      case 'fatal':
        fatal = toError(message.failure);
        child.stop();
        break;
      default:
    }
  });
  const cancel = (): void => {
    fatal = new MaskbenchError('cancelled', 'interrupted', { remedy: 'continue with --resume' });
    child.stop();
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  child.send(load);
  const exit = await child.exit;
  signal.removeEventListener('abort', cancel);
  if (fatal !== undefined) throw fatal;
  if (exit.kind === 'crashed') throw toError(exit.failure);
  if (!complete)
    throw new MaskbenchError('runner.crashed', 'the timing process ended before its work was done');
  return { loadMs, firstInferenceMs, peakRssBytes, samples };
}
