import { MaskbenchError, type ErrorCode } from '../core/errors.js';
import type { MatteJob, Outcome, PredictSession, WorkTimes } from '../runners/runner.js';

/** A device that takes part in predicting a model's cells. */
export interface PredictingCard {
  readonly device: string;
  /** @throws MaskbenchError why the model cannot be run there. */
  open(signal: AbortSignal): Promise<PredictSession>;
}

interface Around {
  /** Told once for each job, with the device that did it. */
  onOutcome(job: MatteJob, outcome: Outcome, device: string): Promise<void>;
  /** Told of a device that is lost to this model, where others go on. */
  onLost(device: string, error: MaskbenchError): void;
  readonly signal: AbortSignal;
}

/** What ends one device's work and leaves that of others; what is told of a job by one of these, another device may do. */
const OF_THE_CARD: ReadonlySet<ErrorCode> = new Set([
  'device.unavailable',
  'model.load',
  'runner.crashed',
  'runner.out-of-memory',
]);

/**
 * Predicts all jobs on several devices: each takes the next job when it has room. What a device that fails was given is
 * done by the others, and so is a job that it failed by itself and not by the picture or the model.
 *
 * @returns how busy all of them were together, where they tell
 * @throws MaskbenchError why the last of them failed, or what ends a run.
 */
export async function predictOnCards(
  cards: readonly PredictingCard[],
  jobs: AsyncIterable<MatteJob>,
  { onOutcome, onLost, signal }: Around,
): Promise<WorkTimes | undefined> {
  const stop = new AbortController();
  const shared = shareJobs(cards.length, jobs);
  const errors: unknown[] = [];
  const work = cards.map(async ({ device, open }, card): Promise<WorkTimes | undefined> => {
    let session: PredictSession | undefined;
    try {
      session = await open(AbortSignal.any([signal, stop.signal]));
      return await session.predict(shared.jobsFor(card), async (job, outcome) => {
        const isOfCard = outcome.kind === 'failed' && OF_THE_CARD.has(outcome.failure.code);
        if (isOfCard && shared.giveToOthers(card, job)) return;
        await onOutcome(job, outcome, device);
        shared.done(card, job);
      });
    } catch (error) {
      const isOfCard = error instanceof MaskbenchError && OF_THE_CARD.has(error.code);
      if (isOfCard && shared.leave(card)) onLost(device, error);
      else {
        errors.push(error);
        stop.abort(error);
      }
      return undefined;
    } finally {
      shared.leave(card);
      await session?.close();
    }
  });
  const times = (await Promise.all(work)).filter((one) => one !== undefined);
  await shared.close();
  if (errors.length > 0) throw errors[0];
  if (times.length === 0) return undefined;
  const sum = (key: keyof WorkTimes): number => times.reduce((all, one) => all + one[key], 0);
  return {
    deviceMs: sum('deviceMs'),
    ofDeviceMs: sum('ofDeviceMs'),
    feedingMs: sum('feedingMs'),
    ofFeedingMs: sum('ofFeedingMs'),
  };
}

interface SharedJobs {
  /** The jobs of one of them: it ends when no other has one that might come back. */
  jobsFor(card: number): AsyncIterable<MatteJob>;
  done(card: number, job: MatteJob): void;
  /** @returns whether one of the others has not tried this job yet, and gets it. */
  giveToOthers(card: number, job: MatteJob): boolean;
  /** Gives back what it has. @returns whether all that is left can be done by others. */
  leave(card: number): boolean;
  close(): Promise<void>;
}

/** One source of jobs for several takers. */
function shareJobs(takers: number, jobs: AsyncIterable<MatteJob>): SharedJobs {
  const source = jobs[Symbol.asyncIterator]();
  const taken = Array.from({ length: takers }, () => new Set<MatteJob>());
  const present = new Set(taken.keys());
  const returned: MatteJob[] = [];
  const triedBy = new Map<MatteJob, Set<number>>();
  const waiting = new Set<() => void>();
  let isDry = false;
  /** One call of the source at a time. */
  let turn: Promise<unknown> = Promise.resolve();
  const wake = (): void => {
    for (const goOn of waiting) goOn();
    waiting.clear();
  };
  const othersOf = (card: number): readonly number[] => [...present].filter((other) => other !== card);
  const take = (card: number, job: MatteJob): IteratorResult<MatteJob, undefined> => {
    taken[card].add(job);
    return { done: false, value: job };
  };
  const pull = async (): Promise<void> => {
    if (isDry) return;
    const { done, value } = await source.next();
    if (done === true) isDry = true;
    else returned.push(value);
  };
  const nextFor = async (card: number): Promise<IteratorResult<MatteJob, undefined>> => {
    while (present.has(card)) {
      const at = returned.findIndex((job) => triedBy.get(job)?.has(card) !== true);
      if (at >= 0) return take(card, returned.splice(at, 1)[0]);
      if (!isDry) {
        const pulled = turn.then(pull);
        turn = pulled.catch(() => undefined);
        await pulled;
      } else if (othersOf(card).some((other) => taken[other].size > 0)) {
        await new Promise<void>((goOn) => waiting.add(goOn));
      } else break;
    }
    return { done: true, value: undefined };
  };
  return {
    jobsFor: (card) => ({
      [Symbol.asyncIterator]: () => ({
        next: () => nextFor(card),
        // Not as a generator, which would first wait for a job that another device may never give back.
        return: async () => ({ done: true, value: undefined }),
      }),
    }),
    done(card, job) {
      taken[card].delete(job);
      wake();
    },
    giveToOthers(card, job) {
      const tried = triedBy.get(job) ?? new Set();
      triedBy.set(job, tried.add(card));
      if (othersOf(card).every((other) => tried.has(other))) return false;
      taken[card].delete(job);
      returned.push(job);
      wake();
      return true;
    },
    leave(card) {
      present.delete(card);
      returned.push(...taken[card]);
      taken[card].clear();
      wake();
      return present.size > 0 || (isDry && returned.length === 0);
    },
    async close() {
      await source.return?.();
    },
  };
}
