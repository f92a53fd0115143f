import { rm } from 'node:fs/promises';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toError, toFailure, type Failure } from '../../core/failure.js';
import { assertUnchanged } from '../../core/hash-file.js';
import type { MatteJob, OpenRequest, Outcome, PredictSession } from '../runner.js';
import { sharedJobs } from '../shared-jobs.js';
import { writeMatte } from '../write-matte.js';
import type { CommandModel } from './ensure.js';
import { startProgram, type Program } from './program.js';
import { phasesOf } from './phases-of.js';
import { readMatteFile } from '../read-matte-file.js';
import { onDisk } from '../../core/objects/on-disk.js';

/** A picture whose program is gone with it is tried once more in a fresh one before it counts as failed. */
const ATTEMPTS = 2;
/** After so many pictures in a row that a program was gone with, it is taken to be broken. */
const FAILED_IN_A_ROW = 5;

/** The accuracy pass of one program: its copies side by side, each with one picture at a time. */
export async function openCommandSession(
  model: CommandModel,
  { samples, signal }: Pick<OpenRequest, 'samples' | 'signal'>,
): Promise<PredictSession> {
  const copies = Math.max(1, Math.min(model.spec.command.copies, samples));
  return {
    async predict(jobs, onOutcome) {
      const shared = sharedJobs(jobs);
      const stop = new AbortController();
      const cancel = (): void => stop.abort(signal.reason);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
      const state: Lanes = { model, next: shared.next, onOutcome, signal: stop.signal, failedInARow: 0 };
      const lanes = Array.from({ length: copies }, (_, copy) => runLane(state, copy));
      let first: { readonly error: unknown } | undefined;
      for (const lane of lanes) {
        lane.catch((error: unknown) => {
          // What the others say once they are stopped says nothing.
          first ??= { error };
          stop.abort(error);
        });
      }
      try {
        await Promise.allSettled(lanes);
        throwIfCancelled(signal, RESUME);
        if (first !== undefined) throw first.error;
      } finally {
        signal.removeEventListener('abort', cancel);
        await shared.end();
      }
    },
    close: async () => undefined,
  };
}

interface Lanes {
  readonly model: CommandModel;
  next(): Promise<MatteJob | undefined>;
  onOutcome(job: MatteJob, outcome: Outcome): Promise<void>;
  readonly signal: AbortSignal;
  /** Of all copies together. */
  failedInARow: number;
}

/** One program after another until no job is left. */
async function runLane(lanes: Lanes, copy: number): Promise<void> {
  const { model, signal } = lanes;
  const slot: Slot = {
    program: undefined,
    open: async () => (slot.program ??= await startFresh(model, copy, signal)),
    async drop() {
      const { program } = slot;
      slot.program = undefined;
      await program?.stop();
    },
  };
  try {
    for (let job = await lanes.next(); job !== undefined; job = await lanes.next()) {
      throwIfCancelled(signal, RESUME);
      const found = await tryJob(slot, job);
      lanes.failedInARow = found.kind === 'lost' ? lanes.failedInARow + 1 : 0;
      const outcome: Outcome =
        found.kind === 'lost' ? { kind: 'failed', failure: found.failure } : found.outcome;
      throwIfCancelled(signal, RESUME);
      await lanes.onOutcome(job, outcome);
      if (found.kind === 'lost' && lanes.failedInARow >= FAILED_IN_A_ROW) throw toError(found.failure);
    }
  } finally {
    await slot.drop();
  }
}

/** The program of one copy, if there is one now. */
interface Slot {
  program: Program | undefined;
  open(): Promise<Program>;
  drop(): Promise<void>;
}

type Found =
  | { readonly kind: 'answered'; readonly outcome: Outcome }
  /** The program was gone with it, twice. */
  | { readonly kind: 'lost'; readonly failure: Failure };

async function tryJob(slot: Slot, job: MatteJob): Promise<Found> {
  for (let attempt = 1; ; attempt++) {
    const program = await slot.open();
    const asked = await program
      .ask(await onDisk(job.sample.imagePath))
      .catch((error: unknown) => ({ error }));
    if (!('error' in asked)) return { kind: 'answered', outcome: await take(job, asked) };
    await slot.drop();
    if (!(asked.error instanceof MaskbenchError) || asked.error.code === 'cancelled') throw asked.error;
    if (attempt === ATTEMPTS) return { kind: 'lost', failure: toFailure(asked.error) };
  }
}

/** @throws MaskbenchError `model.load` also for a program that is another one than was planned with. */
export async function startFresh(model: CommandModel, copy: number, signal: AbortSignal): Promise<Program> {
  const { spec, assets, version: planned } = model;
  const program = await startProgram({ command: spec.command, ...assets, copy, signal });
  if (program.version === null || program.version === planned) return program;
  await program.stop();
  throw new MaskbenchError(
    'model.load',
    `the program says that it is version ${program.version}; when the run was planned it was ${planned}`,
  );
}

/** What the program has written becomes the matte's draft, or the reason why there is none. */
async function take(
  { sample, mattePath: draft }: MatteJob,
  { answer, ms, mattePath }: Awaited<ReturnType<Program['ask']>>,
): Promise<Outcome> {
  try {
    if (!answer.ok) {
      const said = answer.message ?? 'no reason';
      return { kind: 'failed', failure: { code: 'model.output', message: `the program failed: ${said}` } };
    }
    const matte = await readMatteFile(mattePath, sample, 'the program');
    await assertUnchanged(sample.imagePath, sample.imageSha256);
    const { width, height } = matte;
    const written = await writeMatte(draft, matte);
    return { kind: 'done', phases: phasesOf(answer, ms), width, height, ...written };
  } catch (error) {
    return { kind: 'failed', failure: toFailure(error) };
  } finally {
    await rm(mattePath, { recursive: true, force: true });
  }
}
