/**
 * A worker thread of the accuracy pass: file to tensor before inference, raw output to a written matte after it. It does one
 * thing at a time, so that it keeps one core busy at most and holds one picture.
 */
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
  /** What this thread was busy with it. */
  readonly feedingMs: number;
}

export type ToFeeder =
  | { readonly kind: 'prepare'; readonly job: PredictJob }
  | {
      readonly kind: 'finish';
      readonly prepared: Omit<Prepared, 'fed'>;
      readonly inferred: Inferred;
      readonly inferenceMs: number;
    };

export type FromFeeder =
  | Prepared
  | Extract<FromChild, { kind: 'done' | 'fatal' }>
  /** `isUnprepared`: before it was computed. */
  | (Extract<FromChild, { kind: 'failed' }> & { readonly isUnprepared: boolean });

const PARENT_CHECK_MS = 1000;

const feeding = feedingOf((workerData as { readonly spec: NetworkSpec }).spec);

// A main thread that computes would notice only after the inference, which may take minutes, that its parent is gone.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, PARENT_CHECK_MS).unref();

const tasks: ToFeeder[] = [];
let isWorking = false;

parentPort?.on('message', (message: ToFeeder) => {
  tasks.push(message);
  void work();
});

async function work(): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  for (let task = nextTask(); task !== undefined; task = nextTask()) {
    const { jobId } = task.kind === 'prepare' ? task.job : task.prepared.job;
    const done = task.kind === 'prepare' ? prepare(task.job) : finish(task);
    const isUnprepared = task.kind === 'prepare';
    await done.catch((error: unknown) =>
      post({ kind: 'failed', jobId, failure: toFailure(error), isUnprepared }),
    );
    // Lets in what came meanwhile: what is computed goes first.
    await new Promise(setImmediate);
  }
  isWorking = false;
}

/** What is computed before what is not: it makes room for more. */
function nextTask(): ToFeeder | undefined {
  const computed = tasks.findIndex(({ kind }) => kind === 'finish');
  return computed < 0 ? tasks.shift() : tasks.splice(computed, 1)[0];
}

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
  const feedingMs = performance.now() - start;
  post({ kind: 'prepared', job, fed, width, height, decodeMs, preprocessMs, feedingMs }, [buffer]);
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
    feedingMs: message.prepared.feedingMs + performance.now() - start,
    width,
    height,
    ...written,
    ...(range === undefined ? {} : { raw: range }),
  });
}

function post(message: FromFeeder, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
