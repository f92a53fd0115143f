/**
 * Milliseconds that one image spends in each phase. `predict` is what a caller of rembg waits for; decoding the file
 * is apart, and so is writing the matte, which is no part of any phase.
 */
export interface PhaseTimes {
  readonly decodeMs: number;
  readonly preprocessMs: number;
  readonly inferenceMs: number;
  readonly postprocessMs: number;
  /** Where two networks take part (SAM): what of the inference each took. */
  readonly encoderMs?: number;
  readonly decoderMs?: number;
}

/** preprocess + inference + postprocess, in milliseconds. */
export function predictMs({
  preprocessMs,
  inferenceMs,
  postprocessMs,
}: Omit<PhaseTimes, 'decodeMs'>): number {
  return preprocessMs + inferenceMs + postprocessMs;
}
