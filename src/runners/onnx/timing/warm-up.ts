import { predictMs } from '../../phases.js';
import type { MeasuredMessage, MeasuredSample } from '../child/messages.js';
import type { TimedProcess } from './timed-process.js';
import { apart, medianMs } from './windows.js';

/** How long a model runs before its times count. */
export interface WarmUpPlan {
  /** At least so many inferences, */
  readonly inferences: number;
  /** and at least so long, milliseconds; */
  readonly ms: number;
  /** for a model whose inferences take longer than a second so many inferences are enough. */
  readonly slowInferences: number;
  /** Then on until the last three windows agree within this, e.g. 0.1; null: do not look. */
  readonly tolerance: number | null;
}

export interface WarmUp {
  /** Of every inference in order, milliseconds; a caller waits for the first one after the load. */
  readonly inferenceMs: readonly number[];
  /** Of all predictions together, milliseconds. */
  readonly totalMs: number;
  /** Median milliseconds of the last predictions, pre- and postprocessing included. */
  readonly perImageMs: number;
  /** Whether the last three windows agreed; null if that was not looked at. */
  readonly settled: boolean | null;
  readonly last: MeasuredMessage;
}

/** Inferences longer than this make a model a slow one. */
export const SLOW_MS = 1000;
/** Predictions are asked for in blocks of about this length. */
const BLOCK_MS = 250;
const WINDOWS = 3;
/** A model that does not settle within so many times the minimum is timed as it is; the seal says so. */
const MOST = 3;
/** A tiny model need not fill the time with more than so many times the inferences asked for. */
const MANY = 500;

/** Predicts images in turn, unrecorded, until the model runs as it will go on running. */
export async function warmUp(
  process: Pick<TimedProcess, 'measure'>,
  images: number,
  plan: WarmUpPlan,
): Promise<WarmUp> {
  const samples: MeasuredSample[] = [];
  for (;;) {
    const order = Array.from({ length: nextBlock(samples, plan) }, (_, i) => (samples.length + i) % images);
    const last = await process.measure({ order });
    samples.push(...last.samples);
    // Of a wider scope all of it counts: a program need not tell of its inference.
    const inferenceMs = samples.map(({ phases }) => phases.totalMs ?? phases.inferenceMs);
    const predictions = samples.map(({ phases }) => predictMs(phases));
    const totalMs = predictions.reduce((sum, ms) => sum + ms, 0);
    const progress = progressOf(inferenceMs, totalMs, plan);
    if (progress < 1) continue;
    const settled = plan.tolerance === null ? null : hasSettled(inferenceMs, plan.tolerance);
    if (settled === false && progress < MOST) continue;
    return { inferenceMs, totalMs, perImageMs: medianMs(predictions.slice(-2 * WINDOWS)), settled, last };
  }
}

/** 1 when the minimum is reached. */
function progressOf(inferenceMs: readonly number[], totalMs: number, plan: WarmUpPlan): number {
  const n = inferenceMs.length;
  if (medianMs(inferenceMs) > SLOW_MS) return n / plan.slowInferences;
  const count = n / plan.inferences;
  return Math.min(count, plan.ms === 0 ? count : Math.max(totalMs / plan.ms, count / MANY));
}

/** One by one at first, then as many as fit a block, and not beyond a minimum that is a number alone. */
function nextBlock(samples: readonly MeasuredSample[], plan: WarmUpPlan): number {
  if (samples.length < 3) return 1;
  const fitting = Math.max(
    1,
    Math.floor(BLOCK_MS / medianMs(samples.map(({ phases }) => predictMs(phases)))),
  );
  const left = plan.inferences - samples.length;
  return left > 0 ? Math.min(fitting, left) : fitting;
}

/** Whether the last three windows, a sixth of all inferences each and two at least, have medians that agree. */
export function hasSettled(inferenceMs: readonly number[], tolerance: number): boolean {
  const size = Math.max(2, Math.floor(inferenceMs.length / (2 * WINDOWS)));
  if (inferenceMs.length < size * WINDOWS) return false;
  const medians = Array.from({ length: WINDOWS }, (_, i) => {
    const from = inferenceMs.length - size * (WINDOWS - i);
    return medianMs(inferenceMs.slice(from, from + size));
  });
  return apart(medians) <= tolerance;
}
