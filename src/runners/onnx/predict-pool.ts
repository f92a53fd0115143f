import { cancelled, RESUME } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toError, type Failure } from '../../core/failure.js';
import type { Outcome, WorkTimes } from '../runner.js';
import { AUTO_BATCH } from './child/batches.js';
import type { FromChild, LoadMessage, PredictJob } from './child/messages.js';
import { startChild, type Child } from './child-process.js';

interface PoolRequest<T> {
  readonly load: LoadMessage;
  /** What is started in place of a process of ONNX Runtime, by its absolute path: a simulated card. */
  readonly entry?: string;
  /** Inference processes side by side, each with its own session. */
  readonly processes: number;
  readonly items: AsyncIterable<T>;
  jobOf(item: T): Omit<PredictJob, 'jobId'>;
  /** Memory that an item may take from its decoding to its matte, in bytes; by default nothing bounds it. */
  bytesOf?(item: T): number;
  /** No further item is handed to a process whose items may take as much. */
  readonly roomBytes?: number;
  /** Called once for every item, in the order of completion; the next items wait for its promise. */
  onOutcome(item: T, outcome: Outcome): Promise<void>;
  /** Told by each process why it computes pictures one by one where a batch was to be tried. */
  onAlone?(reason: string): void;
  readonly signal?: AbortSignal | undefined;
  /** Called each time that the device takes no further process while others of ours are on it: this one waits for their end. */
  onRefused?(error: MaskbenchError): void;
}

/**
 * Images handed to one process ahead of time. For each feeding thread one in work and one to come; and since a process that
 * computes hears and says nothing, three more (or batches): while one is computed, it is told that the one before is done, and while
 * the next is, it gets another.
 */
function jobsAhead(feeders: number, batch: number | 'auto'): number {
  const together = batch === 'auto' ? AUTO_BATCH : batch;
  return 3 * together + 2 * feeders;
}
/** Threads that Node.js starts for files and libraries. */
const DEFAULT_POOL = 4;
/** A job whose process dies under it is tried once more in a fresh process before it counts as failed. */
const ATTEMPTS = 2;
/** After so many deaths in a row without one finished job the process itself is taken to be broken. */
const DEATHS_IN_A_ROW = 3;

/**
 * Predicts every item over a few inference processes. A process that dies costs at most the job it was computing.
 *
 * @returns how busy the processes and their feeding threads were
 * @throws MaskbenchError when no process can do the work (the model does not load, the device is unavailable, or busy though
 * nothing of ours is on it, the disk is full, processes die on every job), or `cancelled` by the signal. Items without an outcome
 * were not done.
 */
export async function predictAll<T>(request: PoolRequest<T>): Promise<WorkTimes> {
  const source = request.items[Symbol.asyncIterator]();
  const returned: Attempt<T>[] = [];
  const busy = { deviceMs: 0, feedingMs: 0 };
  const start = performance.now();
  const stop = new AbortController();
  const cancel = (): void => stop.abort(cancelled(request.signal, RESUME));
  request.signal?.addEventListener('abort', cancel, { once: true });
  if (request.signal?.aborted === true) cancel();
  // One call of the iterator at a time: lanes share it.
  let turn: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<Attempt<T> | undefined> => {
    const again = returned.shift();
    if (again !== undefined) return again;
    const result = turn.then(() => source.next());
    turn = result;
    const { done, value } = await result;
    return done === true ? undefined : { item: value, attempt: 1 };
  };
  const turns = shareTurns(request.processes);
  try {
    const lanes = Array.from({ length: request.processes }, () =>
      runLane({
        request,
        next,
        giveBack: (attempt) => returned.push(attempt),
        turns,
        signal: stop.signal,
        busy,
      }).finally(turns.leave),
    );
    for (const lane of lanes) lane.catch((error: unknown) => stop.abort(error));
    await Promise.all(lanes);
    const ofDeviceMs = request.processes * (performance.now() - start);
    return { ...busy, ofDeviceMs, ofFeedingMs: ofDeviceMs * (request.load.feeders ?? 1) };
  } finally {
    request.signal?.removeEventListener('abort', cancel);
    await source.return?.();
  }
}

interface Attempt<T> {
  readonly item: T;
  readonly attempt: number;
}

/** Whose processes are on the device, where it does not take all of them at once. */
interface Turns {
  /** Waits until another lane has ended; false where no other is on the device, and so somebody else is. */
  wait(): Promise<boolean>;
  leave(): void;
}

function shareTurns(lanes: number): Turns {
  let active = lanes;
  let waiting: (() => void)[] = [];
  return {
    async wait() {
      if (active <= 1) return false;
      active--;
      await new Promise<void>((resolve) => waiting.push(resolve));
      active++;
      return true;
    },
    leave() {
      active--;
      for (const wake of waiting) wake();
      waiting = [];
    },
  };
}

/** What one lane shares with the others. */
interface Lane<T> {
  readonly request: PoolRequest<T>;
  next(): Promise<Attempt<T> | undefined>;
  giveBack(attempt: Attempt<T>): void;
  readonly turns: Turns;
  readonly signal: AbortSignal;
  readonly busy: { deviceMs: number; feedingMs: number };
}

/** One process after another until no item is left. */
async function runLane<T>(lane: Lane<T>): Promise<void> {
  const { request, next, giveBack, turns } = lane;
  let deaths = 0;
  for (let first = await next(); first !== undefined; first = await next()) {
    const life = await liveOnce(lane, first, deaths > 0);
    // What came back meanwhile, if anything, is done by one more.
    if (life.kind === 'ended') continue;
    if (life.kind === 'refused') {
      for (const attempt of life.unstarted) giveBack(attempt);
      request.onRefused?.(life.error);
      if (!(await turns.wait())) throw life.error;
      continue;
    }
    deaths = life.finished > 0 ? 1 : deaths + 1;
    for (const attempt of life.unstarted) giveBack(attempt);
    if (life.blamed !== undefined) {
      const { item, attempt } = life.blamed;
      if (attempt < ATTEMPTS) giveBack({ item, attempt: attempt + 1 });
      else await request.onOutcome(item, { kind: 'failed', failure: life.failure });
    }
    if (deaths >= DEATHS_IN_A_ROW) throw toError(life.failure);
  }
}

type Life<T> =
  | { readonly kind: 'ended' }
  /** The device takes no further process. */
  | { readonly kind: 'refused'; readonly error: MaskbenchError; readonly unstarted: readonly Attempt<T>[] }
  | {
      readonly kind: 'died';
      readonly failure: Failure;
      /** The job that was being computed, or that was alone in the process; none if that cannot be told. */
      readonly blamed: Attempt<T> | undefined;
      readonly unstarted: readonly Attempt<T>[];
      readonly finished: number;
    };

/**
 * The life of one process: load, then jobs as long as there are any. After a death the next process gets its first job
 * alone, so that a picture which kills before it is computed (its decoding runs out of memory) is found out.
 */
async function liveOnce<T>(
  { request, next, giveBack, signal, busy }: Lane<T>,
  first: Attempt<T>,
  careful: boolean,
): Promise<Life<T>> {
  const { load, bytesOf = () => 0, roomBytes = Infinity } = request;
  const { feeders = 1, batch = 1 } = load;
  // Of each feeding thread one at a time, of the system's own few.
  const poolThreads = feeders < DEFAULT_POOL ? undefined : feeders + 1;
  const most = jobsAhead(feeders, batch);
  const outstanding = new Map<number, Attempt<T>>();
  let bytes = 0;
  let started: number | undefined;
  let finished = 0;
  let nextId = 0;
  let isFilling = false;
  let isDry = false;
  let isOver = false;
  let fatal: unknown;
  let spoilt: Failure | undefined;
  let outcomes: Promise<void> = Promise.resolve();
  const fail = (error: unknown): void => {
    fatal ??= error;
    child.stop();
  };
  const give = (attempt: Attempt<T>): void => {
    const jobId = nextId++;
    outstanding.set(jobId, attempt);
    bytes += bytesOf(attempt.item);
    child.send({ kind: 'predict', jobId, ...request.jobOf(attempt.item) });
  };
  const takesMore = (): boolean =>
    !isDry && !isOver && (outstanding.size === 0 || (outstanding.size < most && bytes < roomBytes));
  // Beside whatever is settled: an item may be long in coming, as one that another card has to give back.
  const fill = async (): Promise<void> => {
    if (isFilling) return;
    isFilling = true;
    while (takesMore()) {
      const following = await next();
      if (following === undefined) isDry = true;
      else if (isOver) giveBack(following);
      else give(following);
    }
    isFilling = false;
    if (isDry && outstanding.size === 0) child.stop();
  };
  const settle = async (jobId: number, outcome: Outcome): Promise<void> => {
    const attempt = outstanding.get(jobId);
    if (attempt === undefined) return;
    outstanding.delete(jobId);
    bytes -= bytesOf(attempt.item);
    finished++;
    await request.onOutcome(attempt.item, outcome);
    fill().catch(fail);
  };
  const onMessage = (message: FromChild): void => {
    if (message.kind === 'fatal') fail(toError(message.failure));
    if (message.kind === 'spoilt') {
      spoilt = message.failure;
      child.stop();
    }
    if (message.kind === 'alone') request.onAlone?.(message.reason);
    if (message.kind === 'started') started = message.jobId;
    if (message.kind === 'done') {
      busy.deviceMs += message.phases.inferenceMs;
      busy.feedingMs += message.feedingMs;
    }
    if (message.kind === 'done' || message.kind === 'failed') {
      const outcome: Outcome =
        message.kind === 'done' ? message : { kind: 'failed', failure: message.failure };
      outcomes = outcomes.then(() => settle(message.jobId, outcome)).catch(fail);
    }
  };
  const child: Child = startChild(request.entry ?? 'predict-child', onMessage, undefined, poolThreads);
  const abort = (): void => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  child.send(load);
  give(first);
  if (!careful) fill().catch(fail);
  const exit = await child.exit;
  isOver = true;
  await outcomes;
  signal.removeEventListener('abort', abort);
  if (isBusy(fatal)) return { kind: 'refused', error: fatal, unstarted: [...outstanding.values()] };
  if (fatal !== undefined) throw fatal;
  if (exit.kind === 'ended' && outstanding.size === 0) return { kind: 'ended' };
  const failure: Failure =
    spoilt ??
    (exit.kind === 'crashed'
      ? exit.failure
      : { code: 'runner.crashed', message: 'the inference process ended before its work was done' });
  if (failure.code === 'device.unavailable') throw toError(failure);
  const alone = outstanding.size === 1 ? [...outstanding.values()][0] : undefined;
  const blamed = (started === undefined ? undefined : outstanding.get(started)) ?? alone;
  const unstarted = [...outstanding.values()].filter((attempt) => attempt !== blamed);
  return { kind: 'died', failure, blamed, unstarted, finished };
}

function isBusy(error: unknown): error is MaskbenchError {
  return error instanceof MaskbenchError && error.code === 'device.busy';
}
