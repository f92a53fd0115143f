import type { PhaseTimes } from '../phases.js';
import type { Answer } from './protocol.js';

/** The time of a job: all of it as it was measured here, its phases as far as the program tells of them. */
export function phasesOf(answer: Answer, totalMs: number): PhaseTimes {
  const {
    decodeMs = 0,
    preprocessMs = 0,
    inferenceMs = 0,
    postprocessMs = 0,
  } = (answer.ok ? answer.phases : undefined) ?? {};
  return { decodeMs, preprocessMs, inferenceMs, postprocessMs, totalMs };
}
