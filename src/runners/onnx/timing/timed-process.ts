import { cancelled, RESUME } from '../../../core/cancelled.js';
import { MaskbenchError } from '../../../core/errors.js';
import { toError } from '../../../core/failure.js';
import { startChild } from '../child-process.js';
import type {
  DecodedImage,
  FromChild,
  LoadMessage,
  MeasuredMessage,
  MeasureMessage,
  TimedImage,
  ToChild,
} from '../child/messages.js';

/** A process of its own that holds one loaded model and predicts what it is told to, phase by phase. */
export interface TimedProcess {
  readonly pid: number | undefined;
  /** All that compute for it now. */
  pids(): readonly number[];
  readonly loadMs: number;
  /** Whether inference can be timed by itself. */
  readonly hasBareLoop: boolean;
  /** Images that cannot be decoded are missing from the answer. */
  decode(images: readonly TimedImage[]): Promise<readonly DecodedImage[]>;
  measure(request: Omit<MeasureMessage, 'kind'>): Promise<MeasuredMessage>;
  /** Ends the process; whatever is under way fails as `cancelled`. */
  stop(): Promise<void>;
}

interface Waiter {
  readonly kind: FromChild['kind'];
  resolve(message: FromChild): void;
  reject(error: Error): void;
}

/**
 * Starts the process and loads the model. It does one thing at a time: the next request waits for the last answer.
 *
 * @throws MaskbenchError why the model cannot be loaded; so do its methods, or `runner.crashed`, or `cancelled` when the
 * signal is aborted.
 */
export async function startTimedProcess(
  load: LoadMessage,
  signal: AbortSignal,
  start: typeof startChild = startChild,
): Promise<TimedProcess> {
  let waiter: Waiter | undefined;
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    waiter?.reject(ended);
    waiter = undefined;
    child.stop();
  };
  const child = start('time-child', (message) => {
    if (message.kind === 'fatal') end(toError(message.failure));
    if (message.kind !== waiter?.kind) return;
    waiter.resolve(message);
    waiter = undefined;
  });
  const cancel = (): void => end(cancelled(signal, RESUME));
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const awaitExit = async (): Promise<void> => {
    const exit = await child.exit;
    signal.removeEventListener('abort', cancel);
    end(
      exit.kind === 'crashed'
        ? toError(exit.failure)
        : new MaskbenchError('runner.crashed', 'the timing process ended before its work was done'),
    );
  };
  void awaitExit();

  async function ask<K extends FromChild['kind']>(
    message: ToChild,
    kind: K,
  ): Promise<Extract<FromChild, { kind: K }>> {
    if (ended !== undefined) throw ended;
    return new Promise((resolve, reject) => {
      waiter = { kind, resolve: (answer) => resolve(answer as Extract<FromChild, { kind: K }>), reject };
      child.send(message);
    });
  }

  const { loadMs } = await ask(load, 'loaded');
  return {
    pid: child.pid,
    pids: () => (child.pid === undefined ? [] : [child.pid]),
    loadMs,
    hasBareLoop: true,
    decode: async (images) => (await ask({ kind: 'decode', images }, 'decoded')).images,
    measure: (request) => ask({ kind: 'measure', ...request }, 'measured'),
    async stop() {
      cancel();
      await child.exit;
    },
  };
}
