import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toFailure, type Failure } from '../../core/failure.js';
import { counted } from '../../core/text.js';
import { sha256 } from '../../core/hash.js';
import { assertUnchanged, readHashed } from '../../core/hash-file.js';
import type { GrayImage } from '../../image/raster.js';
import { openHttp } from '../../models/sources/http.js';
import { readMatteFile, type MatteOf } from '../read-matte-file.js';
import type { BegunCall, CallLedger, MatteJob, OpenRequest, Outcome, PredictSession } from '../runner.js';
import { sharedJobs } from '../shared-jobs.js';
import { writeMatte } from '../write-matte.js';
import { askOf } from './ask-of.js';
import { asError, callService, type Called, type Caller } from './call.js';
import type { HttpModel } from './ensure.js';
import { openPace, type Pace } from './pace.js';
import { uploadsTo, type Service } from './spec.js';

/** After so many pictures in a row that a service had no answer for, it is taken to be gone. */
const FAILED_IN_A_ROW = 5;

/** The accuracy pass of a service: so many calls at once as its spec says. */
export async function openHttpSession(
  model: HttpModel,
  { calls, samples, emit, signal }: Pick<OpenRequest, 'calls' | 'samples' | 'emit' | 'signal'>,
): Promise<PredictSession> {
  const { spec, assets } = model;
  const service = spec.http;
  if (calls === undefined)
    throw new MaskbenchError('usage', 'a service is called only by a run, which writes its calls down', {
      where: spec.name,
      remedy: 'run it, and compare runs, or the mattes in the folder predictions of one',
    });
  if (assets.isOffline)
    throw new MaskbenchError('source.unreachable', 'a service is not called offline', {
      where: spec.name,
      remedy: 'leave out --offline (or MASKBENCH_OFFLINE)',
    });
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-service-'));
  const http = openHttp(service.firstByteSeconds * 1000, assets.env);
  return {
    async predict(jobs, onOutcome) {
      const to = uploadsTo(service);
      if (to !== undefined) emit({ kind: 'warning', message: `${spec.name}: pictures are sent to ${to}` });
      const shared = sharedJobs(jobs);
      const state: Lanes = {
        model: spec.name,
        caller: { service, http, secrets: assets.secrets, signal },
        calls,
        pace: openPace(service.perMinute),
        folder,
        onOutcome,
        failedInARow: 0,
        unsettled: 0,
        stop: undefined,
      };
      const lane = async (at: number): Promise<void> => {
        try {
          // One that stops takes no further job; what others are doing is paid for, and is awaited.
          while (state.stop === undefined) {
            const job = await shared.next();
            if (job === undefined) return;
            await doJob(state, job, join(folder, String(at)));
          }
        } catch (error) {
          state.stop ??= { error };
        }
      };
      const lanes = Math.max(1, Math.min(service.concurrency, samples));
      try {
        await Promise.all(Array.from({ length: lanes }, (_, at) => lane(at)));
      } finally {
        await shared.end();
      }
      if (state.unsettled > 0)
        emit({
          kind: 'warning',
          message: `${spec.name}: ${counted(state.unsettled, 'picture')} perhaps done and paid for, without a matte; --retry-unknown sends them again`,
        });
      if (state.stop !== undefined) throw state.stop.error;
      return undefined;
    },
    async close() {
      await http.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What all lanes share. */
interface Lanes {
  readonly model: string;
  readonly caller: Caller;
  readonly calls: CallLedger;
  readonly pace: Pace;
  readonly folder: string;
  onOutcome(job: MatteJob, outcome: Outcome): Promise<void>;
  failedInARow: number;
  unsettled: number;
  /** Why no further job is begun. */
  stop: { readonly error: unknown } | undefined;
}

async function doJob(state: Lanes, job: MatteJob, path: string): Promise<void> {
  const earlier = state.calls.earlier(job.sample);
  const found: Found = earlier === undefined ? await tryJob(state, job, path) : unsettledBy(earlier);
  if (found.kind === 'spent') {
    state.stop ??= { error: spent(state) };
    return;
  }
  const { outcome } = found;
  if (outcome.kind === 'unsettled') state.unsettled++;
  state.failedInARow = found.kind === 'unreachable' ? state.failedInARow + 1 : 0;
  await state.onOutcome(job, outcome);
  if (found.kind === 'refused')
    state.stop ??= { error: asError(found.failure, 'see to the account and its key') };
  if (found.kind === 'unreachable' && state.failedInARow >= FAILED_IN_A_ROW)
    state.stop ??= { error: asError(found.failure, `so it was with ${FAILED_IN_A_ROW} pictures in a row`) };
}

type Found =
  | { readonly kind: 'settled'; readonly outcome: Outcome }
  /** There was no answer, however often it was asked. */
  | { readonly kind: 'unreachable'; readonly outcome: Outcome; readonly failure: Failure }
  /** Nothing else will be answered either. */
  | { readonly kind: 'refused'; readonly outcome: Outcome; readonly failure: Failure }
  | { readonly kind: 'spent' };

const failed = (failure: Failure): Outcome => ({ kind: 'failed', failure });

/** What is known of an earlier call is why; else nobody knows. */
function unsettledBy(failure: Failure): Found {
  const isUnknown = failure.code === 'service.paid-unknown';
  return { kind: 'settled', outcome: isUnknown ? { kind: 'unsettled', failure } : failed(failure) };
}

async function tryJob(state: Lanes, job: MatteJob, path: string): Promise<Found> {
  const { caller, calls, pace, model } = state;
  const { service, secrets, signal } = caller;
  const { sample } = job;
  let ask: ReturnType<typeof askOf>;
  try {
    const idempotencyKey = sha256(`${model} ${sample.dataset} ${sample.id} ${sample.cells[model]}`);
    ask = askOf(service, secrets, sample, await readPicture(service, sample), idempotencyKey);
  } catch (error) {
    return { kind: 'settled', outcome: failed(toFailure(error)) };
  }
  for (let attempt = 1; ; attempt++) {
    await pace.turn(signal);
    const call = await calls.begin(sample);
    if (call === undefined) return { kind: 'spent' };
    throwIfCancelled(signal, RESUME);
    const called = await callService(caller, ask);
    if (called.kind !== 'later') return settle(call, called, { service, job, path });
    await call.end({ ...factsOf(called), kind: called.isSent ? 'refused' : 'unsent' });
    const failure: Failure = {
      code: 'service.failed',
      message: `no answer in ${counted(attempt, 'call')}: ${called.reason}`,
    };
    if (attempt >= service.attempts || !pace.hold(attempt, called.waitMs))
      return { kind: 'unreachable', outcome: failed(failure), failure };
  }
}

interface Around {
  readonly service: Service;
  readonly job: MatteJob;
  readonly path: string;
}

async function settle(
  call: BegunCall,
  called: Exclude<Called, { kind: 'later' }>,
  { service, job, path }: Around,
): Promise<Found> {
  const facts = factsOf(called);
  if (called.kind === 'picture') {
    try {
      await writeFile(path, called.bytes);
      const matte: GrayImage = await readMatteFile(path, job.sample, 'the service', matteOf(service));
      const written = await writeMatte(job.mattePath, matte);
      await call.end({ ...facts, kind: 'answered' });
      const { wholeMs = 0, firstByteMs = 0 } = called;
      const phases = {
        decodeMs: 0,
        preprocessMs: 0,
        inferenceMs: 0,
        postprocessMs: 0,
        firstByteMs,
        totalMs: wholeMs,
      };
      const { width, height } = matte;
      return { kind: 'settled', outcome: { kind: 'done', phases, width, height, ...written } };
    } catch (error) {
      const failure = toFailure(error);
      await call.end({ ...facts, kind: 'answered', failure });
      return { kind: 'settled', outcome: failed(failure) };
    } finally {
      await rm(path, { force: true });
    }
  }
  const { failure } = called;
  if (called.kind === 'spoilt') {
    await call.end({ ...facts, kind: 'answered', failure });
    return { kind: 'settled', outcome: failed(failure) };
  }
  if (called.kind === 'lost') {
    await call.end({ ...facts, kind: 'lost', failure });
    return { kind: 'settled', outcome: { kind: 'unsettled', failure } };
  }
  await call.end({ ...facts, kind: 'refused', failure });
  return called.ofAll
    ? { kind: 'refused', outcome: failed(failure), failure }
    : { kind: 'settled', outcome: failed(failure) };
}

function factsOf({
  status,
  firstByteMs,
  wholeMs,
  told,
}: Called): Pick<Called, 'status' | 'firstByteMs' | 'wholeMs' | 'told'> {
  return {
    ...(status === undefined ? {} : { status }),
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
    ...(wholeMs === undefined ? {} : { wholeMs }),
    ...(told === undefined || Object.keys(told).length === 0 ? {} : { told }),
  };
}

/** The very bytes that were planned, or nothing where the service fetches the picture itself. */
async function readPicture(
  service: Service,
  { imagePath, imageSha256 }: MatteJob['sample'],
): Promise<Uint8Array<ArrayBuffer>> {
  if (uploadsTo(service) === undefined) {
    await assertUnchanged(imagePath, imageSha256);
    return new Uint8Array();
  }
  const { bytes, sha256: digest } = await readHashed(imagePath, true);
  if (bytes !== undefined && digest === imageSha256) return new Uint8Array(bytes);
  throw new MaskbenchError('data.unreadable', 'changed since the run was planned', { where: imagePath });
}

function matteOf({ matte }: Service): MatteOf {
  if (typeof matte === 'string') return matte;
  const [red = 0, green = 0, blue = 0] = Buffer.from(matte.key.slice(1), 'hex');
  return { key: [red, green, blue], tolerance: matte.tolerance };
}

function spent({ calls: { maximumCost }, caller: { service }, model }: Lanes): MaskbenchError {
  return new MaskbenchError(
    'service.budget',
    `maximumCost is used up: another call of ${service.price?.perCall} could go beyond ${maximumCost} ${service.price?.currency}`,
    { where: model, remedy: 'raise maximumCost in its spec, and continue with --resume' },
  );
}
