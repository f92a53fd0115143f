import type { Document } from '../schema/basics.js';
import type { phaseTimes } from '../schema/timing-summary.js';

/**
 * Milliseconds that one image spends in each phase. `predict` is what a caller of rembg waits for; decoding the file
 * is apart, and so is writing the matte, which is no part of any phase.
 */
export type PhaseTimes = Document<typeof phaseTimes>;

/** preprocess + inference + postprocess, in milliseconds; of a wider scope all of what was timed. */
export function predictMs({
  preprocessMs,
  inferenceMs,
  postprocessMs,
  totalMs,
}: Omit<PhaseTimes, 'decodeMs'>): number {
  return totalMs ?? preprocessMs + inferenceMs + postprocessMs;
}
