/** The worker thread of the accuracy pass: file to tensor before inference, raw output to a written matte after it. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { isDiskFull, toFailure } from '../../core/failure.js';
import { sha256 } from '../../core/hash.js';
import { decodeRgb, encodeMattePng } from '../../image/codec.js';
import { toMatte, type OutputTensor } from '../../models/postprocess.js';
import { toTensor } from '../../models/preprocess.js';
import type { InputSpec, OutputSpec } from '../../models/spec.js';
import type { FromChild, PredictJob } from './messages.js';

export interface Prepared {
  readonly kind: 'prepared';
  readonly job: PredictJob;
  readonly tensor: Float32Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

export type ToFeeder =
  | { readonly kind: 'prepare'; readonly job: PredictJob }
  | {
      readonly kind: 'finish';
      readonly prepared: Omit<Prepared, 'tensor'>;
      readonly output: OutputTensor;
      readonly inferenceMs: number;
    };

export type FromFeeder = Prepared | Extract<FromChild, { kind: 'done' | 'failed' | 'fatal' }>;

const { input, output } = workerData as { readonly input: InputSpec; readonly output: OutputSpec };

parentPort?.on('message', (message: ToFeeder) => {
  const job = message.kind === 'prepare' ? message.job : message.prepared.job;
  const work = message.kind === 'prepare' ? prepare(job) : finish(message);
  void work.catch((error: unknown) =>
    isDiskFull(error)
      ? post({ kind: 'fatal', failure: toFailure(error) })
      : post({ kind: 'failed', jobId: job.jobId, failure: toFailure(error) }),
  );
});

async function prepare(job: PredictJob): Promise<void> {
  const start = performance.now();
  const image = await decodeRgb(job.imagePath);
  const decoded = performance.now();
  const tensor = (await toTensor(image, input)) as Float32Array<ArrayBuffer>;
  const { width, height } = image;
  const decodeMs = decoded - start;
  const preprocessMs = performance.now() - decoded;
  post({ kind: 'prepared', job, tensor, width, height, decodeMs, preprocessMs }, [tensor.buffer]);
}

async function finish(message: Extract<ToFeeder, { kind: 'finish' }>): Promise<void> {
  const { job, width, height, decodeMs, preprocessMs } = message.prepared;
  const start = performance.now();
  const matte = await toMatte(message.output, output, width, height);
  const postprocessMs = performance.now() - start;
  await writeWhole(job.mattePath, await encodeMattePng(matte));
  const phases = { decodeMs, preprocessMs, inferenceMs: message.inferenceMs, postprocessMs };
  const matteSha256 = sha256(matte.data);
  post({ kind: 'done', jobId: job.jobId, phases, matteSha256, width, height });
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

function post(message: FromFeeder, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
