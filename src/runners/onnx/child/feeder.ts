/** The worker thread of the accuracy pass: file to tensor before inference, raw output to a written matte after it. */
import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from '../../../core/failure.js';
import { assertUnchanged } from '../../../core/hash-file.js';
import { decodeRgb } from '../../../image/codec.js';
import type { Fed, Inferred } from '../../../models/feedings/feeding.js';
import { feedingOf } from '../../../models/feedings/registry.js';
import { toFloats } from '../../../models/pixels/to-floats.js';
import type { NetworkSpec } from '../../../models/spec/spec.js';
import { writeMatte } from '../../write-matte.js';
import type { FromChild, PredictJob } from './messages.js';

export interface Prepared {
  readonly kind: 'prepared';
  readonly job: PredictJob;
  readonly fed: Fed;
  readonly width: number;
  readonly height: number;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

export type ToFeeder =
  | { readonly kind: 'prepare'; readonly job: PredictJob }
  | {
      readonly kind: 'finish';
      readonly prepared: Omit<Prepared, 'fed'>;
      readonly inferred: Inferred;
      readonly inferenceMs: number;
    };

export type FromFeeder = Prepared | Extract<FromChild, { kind: 'done' | 'failed' | 'fatal' }>;

const PARENT_CHECK_MS = 1000;

const feeding = feedingOf((workerData as { readonly spec: NetworkSpec }).spec);

// A main thread that computes would notice only after the inference, which may take minutes, that its parent is gone.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, PARENT_CHECK_MS).unref();

parentPort?.on('message', (message: ToFeeder) => {
  const job = message.kind === 'prepare' ? message.job : message.prepared.job;
  const work = message.kind === 'prepare' ? prepare(job) : finish(message);
  void work.catch((error: unknown) => post({ kind: 'failed', jobId: job.jobId, failure: toFailure(error) }));
});

async function prepare(job: PredictJob): Promise<void> {
  const start = performance.now();
  const image = await decodeRgb(job.imagePath);
  const decoded = performance.now();
  const fed = await feeding.prepare(image, job.prompt);
  const { width, height } = image;
  const decodeMs = decoded - start;
  const preprocessMs = performance.now() - decoded;
  if (job.imageSha256 !== undefined) await assertUnchanged(job.imagePath, job.imageSha256);
  const buffer = fed.tensor.data.buffer as ArrayBuffer;
  post({ kind: 'prepared', job, fed, width, height, decodeMs, preprocessMs }, [buffer]);
}

async function finish(message: Extract<ToFeeder, { kind: 'finish' }>): Promise<void> {
  const { job, width, height, decodeMs, preprocessMs } = message.prepared;
  const start = performance.now();
  const { output: raw, parts } = message.inferred;
  const output = toFloats(raw);
  const matte = await feeding.read(output, width, height);
  const postprocessMs = performance.now() - start;
  const phases = { decodeMs, preprocessMs, inferenceMs: message.inferenceMs, postprocessMs, ...parts };
  const written = await writeMatte(job.mattePath, matte);
  const range = feeding.rawRange?.(output, width, height);
  post({
    kind: 'done',
    jobId: job.jobId,
    phases,
    width,
    height,
    ...written,
    ...(range === undefined ? {} : { raw: range }),
  });
}

function post(message: FromFeeder, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
