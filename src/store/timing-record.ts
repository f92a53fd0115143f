import { z } from 'zod';
import { count, failure, figure, orNull, text, type Document } from '../schema/basics.js';
import { energyRecord } from '../schema/energy.js';
import { sealPart } from '../schema/seal.js';
import { placement } from '../schema/placement.js';
import { copies, machineConditions, phaseTimes, timeScope, timeWindow } from '../schema/timing-summary.js';
import { gpuState } from '../schema/hardware.js';
import { TIMING_PROFILES } from './settings-schema.js';

const pass = z.object({
  profile: z.enum(TIMING_PROFILES),
  /** 1, or 2 where the first process was not steady. */
  attempt: count,
  /** Models whose processes lived at the same time and took turns, this one included. */
  together: z.array(text),
  /** Passes over all images. */
  passes: figure,
  /** Names the order of the images, another one in every pass; absent where it was always the same (0.1). */
  orderSeed: z.exactOptional(text),
  warmUpMs: figure,
  /** Whether the warm-up ended steady; null if that was not looked at. */
  settled: orNull(z.boolean()),
  /** Null on a CPU, where there is nothing else to run on. */
  proof: orNull(placement),
  windows: z.array(timeWindow),
  /** Of the process while it was recorded: its processor time, and how often it had to make way for others. */
  cpuMs: figure,
  involuntarySwitches: figure,
  /** Of the process on its card; null where the driver does not tell. */
  gpuMemoryBytes: orNull(figure),
  copies: z.exactOptional(copies),
  /** By its own figure, or by what the whole card's memory grew by. */
  gpuMemoryBy: z.exactOptional(z.enum(['process', 'difference'])),
  /** Of the device in the recorded stretches; absent where nobody counted (0.2 and before). */
  energy: z.exactOptional(energyRecord),
  /** Of a moment without work of ours before the pass, and of the recorded stretches. */
  before: orNull(machineConditions),
  during: machineConditions,
  governors: z.array(text),
  parts: z.array(sealPart),
});
export type PassRecord = Document<typeof pass>;

const scope = { scope: z.exactOptional(timeScope) };
const series = { series: text, model: text, ...scope };

const sample = z
  .object({
    kind: z.literal('sample'),
    ...series,
    dataset: text,
    id: text,
    iteration: count,
    /** Of its model, from 0; absent where it was not recorded (0.1, and times made elsewhere). */
    turn: z.exactOptional(count),
    phases: phaseTimes,
    /** Milliseconds since the first recorded prediction of any model that was timed together with this one. */
    atMs: z.exactOptional(figure),
    /** Processor time of the whole process during the prediction, milliseconds. */
    cpuMs: z.exactOptional(figure),
    /** Beyond Tukey's fences among the predictions of its dataset, each over the median of its image. */
    outlier: z.exactOptional(z.literal(true)),
  })
  .describe('One timed prediction.');
export type SampleRecord = Document<typeof sample>;

const warmUp = z
  .object({ kind: z.literal('warm-up'), ...series, inferenceMs: z.array(figure) })
  .describe('The inferences before anything counted, in order.');

/** As `GpuReading`: what a card told, five times a second. */
const gpu = z.object({
  kind: z.literal('gpu'),
  series: text,
  atMs: figure,
  ...gpuState.shape,
});
export type GpuRecord = Document<typeof gpu>;

const model = z
  .object({
    kind: z.literal('model'),
    ...series,
    loadMs: figure,
    firstInferenceMs: figure,
    warmup: count,
    threads: count,
    peakRssBytes: orNull(figure),
    /** Of inferences in a bare loop, between the recorded predictions; absent for a slow model. */
    inferenceAloneMs: z.exactOptional(z.array(figure)),
    /** The times came along with masks made elsewhere. */
    measuredElsewhere: z.exactOptional(z.boolean()),
    /** Of a run with several kinds of devices, where it is not the first one. */
    device: z.exactOptional(text),
    pass: z.exactOptional(pass),
  })
  .describe('What a model’s process said of itself, and under which conditions it was measured.');
export type ModelRecord = Document<typeof model>;

/**
 * A line of timings.jsonl. The `model` line comes last and makes its series complete; samples of other series are
 * remains of an interrupted pass, or of a process that was not steady and was measured once more.
 */
export const timingRecord = z.discriminatedUnion('kind', [
  sample,
  warmUp,
  gpu,
  model,
  z.object({ kind: z.literal('failed'), model: text, device: z.exactOptional(text), ...scope, failure }),
]);
export type TimingRecord = Document<typeof timingRecord>;
