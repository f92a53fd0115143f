import type { FromChild, PredictJob, ToChild } from '../../../src/runners/onnx/child/messages.js';
import type { Child, ChildExit } from '../../../src/runners/onnx/child-process.js';

/**
 * What a scripted process does with a job: answer it, fail it, or die while computing it or before it started; be spoilt by it, or be
 * refused by the device.
 */
export type Deed = 'done' | 'fail' | 'die' | 'die-unstarted' | 'spoil' | 'refuse';

/** Stands in for inference processes: computes one job after another by a script. */
export interface ScriptedChildren {
  readonly start: (entry: string, onMessage: (message: FromChild) => void) => Child;
  /** How many were started, and how many live. */
  started(): number;
  alive(): number;
}

export function scriptChildren(deedOf: (imagePath: string, life: number) => Deed): ScriptedChildren {
  let started = 0;
  let alive = 0;
  return {
    started: () => started,
    alive: () => alive,
    start(_entry, onMessage) {
      const life = ++started;
      alive++;
      const jobs: PredictJob[] = [];
      const state = { ended: false };
      let computing = false;
      let resolveExit: (exit: ChildExit) => void = () => undefined;
      const exit = new Promise<ChildExit>((resolve) => (resolveExit = resolve));
      const end = (how: ChildExit): void => {
        if (state.ended) return;
        state.ended = true;
        alive--;
        resolveExit(how);
      };
      const compute = async (): Promise<void> => {
        if (computing) return;
        computing = true;
        for (let job = jobs.shift(); job !== undefined && !state.ended; job = jobs.shift()) {
          const { jobId, imagePath } = job;
          const deed = deedOf(imagePath, life);
          if (deed !== 'die-unstarted' && deed !== 'refuse') onMessage({ kind: 'started', jobId });
          await new Promise(setImmediate);
          if (deed === 'done') onMessage(doneMessage(jobId));
          if (deed === 'fail')
            onMessage({ kind: 'failed', jobId, failure: { code: 'model.output', message: 'NaN' } });
          if (deed === 'spoil') onMessage({ kind: 'spoilt', failure: SPOILT });
          if (deed === 'refuse') onMessage({ kind: 'fatal', failure: REFUSAL });
          if (deed === 'die' || deed === 'die-unstarted') end({ kind: 'crashed', failure: DEATH });
        }
        computing = false;
      };
      return {
        send(message: ToChild) {
          if (message.kind === 'predict') jobs.push(message);
          void compute();
        },
        stop: () => end({ kind: 'ended' }),
        exit,
        stderrTail: () => '',
      };
    },
  };
}

export const SPOILT = { code: 'runner.crashed', message: 'an illegal memory access' } as const;
export const REFUSAL = { code: 'device.busy', message: 'the card is busy' } as const;
export const DEATH = { code: 'runner.crashed', message: 'died as the script says' } as const;

function doneMessage(jobId: number): FromChild {
  const phases = { decodeMs: 1, preprocessMs: 1, inferenceMs: 1, postprocessMs: 1 };
  return { kind: 'done', jobId, phases, feedingMs: 3, matteSha256: String(jobId), width: 1, height: 1 };
}
