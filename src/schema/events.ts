import type { Failure } from '../core/failure.js';

export type Phase = 'pull' | 'plan' | 'predict' | 'score' | 'time';

/** What the library says while it works; it never prints. */
export type RunEvent =
  | {
      readonly kind: 'phase-started';
      readonly phase: Phase;
      readonly total: number | undefined;
      readonly label: string;
    }
  | {
      readonly kind: 'progress';
      readonly phase: Phase;
      readonly done: number;
      readonly total: number | undefined;
      /** What is being done at the moment, such as which model is timed. */
      readonly note?: string;
    }
  | {
      readonly kind: 'phase-ended';
      readonly phase: Phase;
      /** For how long of it the work waited for the disk, milliseconds. */
      readonly blockedMs?: number;
    }
  | {
      readonly kind: 'cell-failed';
      readonly model: string;
      readonly dataset: string;
      readonly id: string;
      readonly failure: Failure;
    }
  | {
      /** A model that could not be timed, or not by one of the scenarios. */
      readonly kind: 'time-failed';
      readonly model: string;
      readonly scenario?: string;
      readonly failure: Failure;
    }
  | {
      readonly kind: 'warning';
      readonly message: string;
      /** A device that a model goes on without. */
      readonly lost?: string;
    };

export type EventSink = (event: RunEvent) => void;
