import { Worker } from 'node:worker_threads';
import { endsAll } from '../../../core/cancelled.js';
import { toFailure } from '../../../core/failure.js';
// Before any thread is: what may be read is set for all of them.
import '../../../image/open-sharp.js';
import type { OpenModel } from '../open-model.js';
import { openBatches, type Batches } from './batches.js';
import type { FromFeeder, Prepared, ToFeeder } from './feeder.js';
import type { LoadMessage } from './messages.js';
import { listen, send } from './parent.js';

interface Feeder {
  readonly worker: Worker;
  /** What it was given and has not answered. */
  tasks: number;
}

/**
 * Serves the accuracy pass with one session. `session.run` blocks this thread, so decoding, feeding, reading and writing
 * happen in worker threads beside it. They are given their work ahead of time, each to the one that has least: while this
 * thread computes it gives nobody anything. The next tensors wait here.
 *
 * @param open opens the model; what computes is all that a simulated card has in its place
 */
export function servePredictions(
  open: (load: LoadMessage) => Promise<Pick<OpenModel, 'infer'> & Partial<Pick<OpenModel, 'takesBatches'>>>,
): void {
  const waiting: Prepared[] = [];
  /** Pictures that are on their way to `waiting`. */
  let preparing = 0;
  /** Pictures that were computed and are being read and written, and who waits for them. */
  let finishing = 0;
  let onFinished = (): void => undefined;
  let batches: Batches | undefined;
  let feeders: readonly Feeder[] = [];
  let computing = false;

  const load = async (message: LoadMessage): Promise<void> => {
    // The workers start first: jobs may arrive, and their images be decoded, while the model loads.
    feeders = Array.from({ length: message.feeders ?? 1 }, () => startFeeder(message));
    try {
      const start = performance.now();
      const model = await open(message);
      batches = openBatches(model, message.batch ?? 1, (reason) => send({ kind: 'alone', reason }));
      send({ kind: 'loaded', loadMs: performance.now() - start });
      await compute();
    } catch (error) {
      send({ kind: 'fatal', failure: toFailure(error) });
    }
  };
  const startFeeder = ({ spec }: LoadMessage): Feeder => {
    const worker = new Worker(new URL('./feeder.js', import.meta.url), { workerData: { spec } });
    const feeder = { worker, tasks: 0 };
    worker.on('message', (message: FromFeeder) => {
      feeder.tasks--;
      if (message.kind === 'prepared') {
        waiting.push(message);
        preparing--;
      } else if (message.kind === 'failed') {
        const { isUnprepared, ...told } = message;
        if (isUnprepared) preparing--;
        else finishing--;
        send(told);
      } else {
        finishing--;
        send(message);
      }
      if (finishing === 0) onFinished();
      void compute();
    });
    worker.on('error', (error) => send({ kind: 'fatal', failure: toFailure(error) }));
    return feeder;
  };
  /** A batch waits for as many as it takes, if so many are to come. */
  const nextGroup = (): readonly Prepared[] => {
    const size = batches?.size() ?? 1;
    return waiting.length >= size || preparing === 0 ? waiting.splice(0, size) : [];
  };
  const compute = async (): Promise<void> => {
    if (computing || batches === undefined) return;
    computing = true;
    for (let group = nextGroup(); group.length > 0; group = nextGroup()) {
      send({ kind: 'started', jobId: group[0].job.jobId });
      try {
        const start = performance.now();
        const all = await batches.infer(group.map(({ fed }) => fed));
        const inferenceMs = (performance.now() - start) / group.length;
        for (const [i, { fed: _used, ...prepared }] of group.entries()) {
          const inferred = all[i];
          give({ kind: 'finish', prepared, inferred, inferenceMs }, [
            inferred.output.data.buffer as ArrayBuffer,
          ]);
        }
      } catch (error) {
        const failure = toFailure(error);
        // Of the device, or of what CUDA keeps for this process: the next job would fail in the same way.
        const isFatal = endsAll(error);
        if (isFatal || failure.code === 'runner.crashed') {
          await allFinished();
          return send({ kind: isFatal ? 'fatal' : 'spoilt', failure });
        }
        for (const { job } of group) send({ kind: 'failed', jobId: job.jobId, failure });
      }
      // Lets messages in both directions through between two blocking calls.
      await new Promise(setImmediate);
    }
    computing = false;
  };
  /** What was computed before the end is not computed again. */
  const allFinished = (): Promise<void> =>
    finishing === 0 ? Promise.resolve() : new Promise((resolve) => (onFinished = resolve));
  const give = (message: ToFeeder, transfer: readonly ArrayBuffer[] = []): void => {
    const [first, ...others] = feeders;
    const idlest = others.reduce((least, feeder) => (feeder.tasks < least.tasks ? feeder : least), first);
    idlest.tasks++;
    if (message.kind === 'prepare') preparing++;
    else finishing++;
    idlest.worker.postMessage(message, transfer);
  };
  listen((message) => {
    if (message.kind === 'load') void load(message);
    if (message.kind === 'predict') give({ kind: 'prepare', job: message });
  });
}
