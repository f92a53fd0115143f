/**
 * The process that holds one session for the accuracy pass. `session.run` blocks this thread, so decoding,
 * feeding, reading and writing happen in a worker thread beside it; the next tensors wait here while one is computed.
 */
import { Worker } from 'node:worker_threads';
import { endsAll } from '../../../core/cancelled.js';
import { toFailure } from '../../../core/failure.js';
import { openModel, type OpenModel } from '../open-model.js';
import type { FromFeeder, Prepared, ToFeeder } from './feeder.js';
import type { LoadMessage } from './messages.js';
import { listen, send } from './parent.js';

const waiting: Prepared[] = [];
let model: OpenModel | undefined;
let feeder: Worker | undefined;
let computing = false;

listen((message) => {
  if (message.kind === 'load') void load(message);
  if (message.kind === 'predict') tell({ kind: 'prepare', job: message });
});

async function load(message: LoadMessage): Promise<void> {
  // The worker starts first: jobs may arrive, and their images be decoded, while the model loads.
  const { spec } = message;
  feeder = new Worker(new URL('./feeder.js', import.meta.url), { workerData: { spec } });
  feeder.on('message', onFeeder);
  feeder.on('error', (error) => send({ kind: 'fatal', failure: toFailure(error) }));
  try {
    const start = performance.now();
    model = await openModel(message);
    send({ kind: 'loaded', loadMs: performance.now() - start });
    await compute();
  } catch (error) {
    send({ kind: 'fatal', failure: toFailure(error) });
  }
}

function onFeeder(message: FromFeeder): void {
  if (message.kind === 'prepared') {
    waiting.push(message);
    void compute();
  } else {
    send(message);
  }
}

async function compute(): Promise<void> {
  if (computing || model === undefined) return;
  computing = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { jobId } = next.job;
    send({ kind: 'started', jobId });
    try {
      const start = performance.now();
      const inferred = await model.infer(next.fed);
      const inferenceMs = performance.now() - start;
      const { fed: _used, ...prepared } = next;
      tell({ kind: 'finish', prepared, inferred, inferenceMs });
    } catch (error) {
      const failure = toFailure(error);
      // Of the device, or of what CUDA keeps for this process: the next job would fail in the same way.
      if (endsAll(error)) return send({ kind: 'fatal', failure });
      if (failure.code === 'runner.crashed') return send({ kind: 'spoilt', failure });
      send({ kind: 'failed', jobId, failure });
    }
    // Lets messages in both directions through between two blocking calls.
    await new Promise(setImmediate);
  }
  computing = false;
}

function tell(message: ToFeeder): void {
  const transfer = message.kind === 'finish' ? [message.inferred.output.data.buffer as ArrayBuffer] : [];
  feeder?.postMessage(message, transfer);
}
