import { z } from 'zod';
import { count, figure, orNull, text, type Document } from './basics.js';
import { energySummary } from './energy.js';
import { placement } from './placement.js';
import { sealPart } from './seal.js';

export const copies = z
  .object({ inBytes: figure, outBytes: figure })
  .describe('What one inference copies to the device and back, as a part of its time.');

const range = orNull(z.tuple([figure, figure])).describe('The least and the most that was told.');

/** What the machine was like over some stretches of time, as it is recorded. Shares are of all processors' time, 0..1. */
export const machineConditions = z.object({
  durationMs: figure,
  /** Used by processes that are not ours; null where the system does not tell. */
  foreignCpu: orNull(figure),
  /** Taken by the hypervisor for other machines. */
  steal: orNull(figure),
  /** Share of the time in which some task, ours included, waited for a processor; null where not told. */
  pressure: orNull(figure),
  /** One-minute load at the beginning and at the end. */
  load: z.tuple([figure, figure]),
  /** Every clock source that was seen. */
  clockSources: z.array(text),
  /** The most that the calendar's clock moved against the one that times are taken with, in one stretch. */
  clockStepMs: figure,
  /** Times that a processor was slowed down for its heat; null where not told. */
  thermalEvents: orNull(figure),
  /** Milliseconds that control groups' processor limits held their tasks back, over all processors; null where not told. */
  limitedMs: orNull(figure),
  /** What follows is missing in runs of 0.1. Processors of the machine, which all shares are of. */
  cores: z.exactOptional(count),
  /** Processor time of all our processes; null where not told. */
  ownCpuMs: z.exactOptional(orNull(figure)),
  /** Milliseconds that threads of the timed processes were ready to run and had no processor; null where not told. */
  waitedMs: z.exactOptional(orNull(figure)),
  /** Control groups that limit processor time: so many processors' worth, and milliseconds that they held their tasks back. */
  limits: z.exactOptional(z.array(z.object({ group: text, cores: orNull(figure), heldMs: orNull(figure) }))),
  /** `hidden`: groups above those that can be seen may have limits as well; `untold`: none can be read. */
  limitsKnown: z.exactOptional(z.enum(['all', 'hidden', 'untold'])),
  /** Of the fastest processor at the end of every stretch, the middle one and the highest; null where not told. */
  frequencyMhz: z.exactOptional(orNull(z.object({ median: figure, highest: figure }))),
  /** Driver and governor of the processors' clocks, each pair once. */
  policies: z.exactOptional(z.array(text)),
});

const conditions = z
  .object({
    durationMs: figure,
    foreignCpu: orNull(figure),
    steal: orNull(figure),
    pressure: orNull(figure),
    load: z.tuple([figure, figure]).describe('Load average before and after.'),
    clockSources: z.array(text),
    governors: z.array(text),
  })
  .describe('Shares of all processors\u2019 time, 0..1, while this model was recorded.');

const gpuConditions = z
  .object({
    readings: count,
    temperatureC: range,
    powerW: range,
    smClockMhz: range,
    limits: z.array(text).describe('Every reason for lower clocks that was told.'),
  })
  .describe(
    'The card while it was this model\u2019s turn, five times a second; in runs of 0.1 once a second, and around its turns.',
  );
export type GpuConditionsSummary = Document<typeof gpuConditions>;

/** A stretch of consecutive predictions. */
export const timeWindow = z.object({
  n: count,
  p50Ms: figure,
  /** Predictions a second while predicting. */
  perSecond: figure,
});

const timingPass = z
  .object({
    profile: text.describe('quick, standard or publishable.'),
    attempt: count.describe('2 where the first process was not steady and a fresh one was measured.'),
    together: z
      .array(text)
      .describe('Models whose processes took turns with this one\u2019s, this one included.'),
    passes: figure.describe('Over all images.'),
    warmUpMs: figure,
    placement: orNull(placement).describe(
      'Where the nodes ran; null on a CPU, where there is nothing else to run on.',
    ),
    windows: z.array(timeWindow).describe('Consecutive thirds of the recorded predictions.'),
    cpuMsEach: figure.describe(
      'Processor time of the process for one prediction, all threads together, milliseconds.',
    ),
    involuntarySwitchesPerSecond: figure.describe(
      'How often a second the process had to make way for others.',
    ),
    gpuMemoryBytes: orNull(figure),
    copies: z.exactOptional(copies),
    gpuMemoryBy: z
      .exactOptional(z.enum(['process', 'difference']))
      .describe(
        'Whether the driver told it of this process, or it is what the whole card\u2019s memory grew by; absent where it is not known, and in runs of 0.1.',
      ),
    energy: z.exactOptional(energySummary),
    conditions,
    gpu: orNull(gpuConditions),
    parts: z.array(sealPart).describe('Every part of the seal with what was found.'),
  })
  .meta({
    id: 'TimingPass',
    description:
      'How one model\u2019s timing was made and under which conditions; null stands for what a system or driver does not tell.',
  });
export type TimingPassSummary = Document<typeof timingPass>;

const ratio = z.object({ estimate: figure, lower: figure, upper: figure });
export type RatioSummary = Document<typeof ratio>;

const correlation = z.object({
  attribute: text,
  phase: z.enum(['predict', 'inference']),
  n: count,
  estimate: figure.describe('-1..1; lower and upper are its 95 % interval.'),
  lower: figure,
  upper: figure,
});
export type TimeCorrelation = Document<typeof correlation>;

export const slowness = z
  .object({
    model: text,
    slow: text.describe('The dataset with the longest mean prediction.'),
    fast: text.describe('The dataset with the shortest mean prediction.'),
    differenceMs: z
      .object({ predict: figure, preprocess: figure, inference: figure, postprocess: figure })
      .describe('Mean of the slow one less mean of the fast one, milliseconds, whole and by phase.'),
    ratio: z
      .exactOptional(z.object({ predict: ratio, inference: ratio }))
      .describe(
        'How many times as long it takes on the slow dataset: 1 and the difference of the means over images in shares of the fast one\u2019s mean, with its 95 % interval (Welch\u2019s). Absent with fewer than two images.',
      ),
    megapixels: z.object({ slow: figure, fast: figure }).describe('Mean of the timed images.'),
    bySizeMs: orNull(figure).describe(
      'What of the difference the sizes of the images explain: a straight line of predict time over megapixels, fitted to all timed images of both, times the difference of the mean sizes. Null where all images are of one size.',
    ),
    r2: orNull(figure).describe(
      'Share of the variance among images that the line explains, 0..1; null with bySizeMs.',
    ),
    correlations: z
      .array(correlation)
      .describe(
        'Spearman\u2019s correlation of an image\u2019s median time with each attribute of its ground truth, over all datasets.',
      ),
  })
  .meta({ id: 'Slowness', description: 'Why one dataset takes longer than another, of one model.' });
export type SlownessSummary = Document<typeof slowness>;

/** `predict` is preprocess + inference + postprocess: what a caller of rembg waits for. */
export const TIMED_PHASES = ['decode', 'preprocess', 'inference', 'postprocess', 'predict'] as const;
export const timedPhase = z.enum(TIMED_PHASES);
export type TimedPhase = (typeof TIMED_PHASES)[number];

/** Milliseconds that one image spends in each phase. */
export const phaseTimes = z.object({
  decodeMs: figure,
  preprocessMs: figure,
  inferenceMs: figure,
  postprocessMs: figure,
  /** Where two networks take part (SAM): what of the inference each took. */
  encoderMs: z.exactOptional(figure),
  decoderMs: z.exactOptional(figure),
  /** Where more was timed than the phases (scope `file-to-file`): all of it, as whoever waited for it measured it. */
  totalMs: z.exactOptional(figure),
  /** Of a call over a network: until its answer began. */
  firstByteMs: z.exactOptional(figure),
});

/**
 * What a time covers: pre- and postprocessing and inference of a decoded picture; from a picture's file to a matte's file; a call
 * over a network. Times are compared only within one scope. A record without one is of `predict`.
 */
export const TIME_SCOPES = ['predict', 'file-to-file', 'service'] as const;
export type TimeScope = (typeof TIME_SCOPES)[number];
export const scopeOf = ({ scope = 'predict' }: { readonly scope?: TimeScope | undefined }): TimeScope =>
  scope;
export const timeScope = z
  .enum(TIME_SCOPES)
  .describe(
    'What the times cover: predict: preprocess, inference and postprocess, the file decoded beforehand; file-to-file: from a picture\u2019s file to a matte\u2019s file; service: a call over a network. Absent: predict.',
  );

const percentile = z.exactOptional(figure).describe('Only where there are enough values: 64, 130 and 662.');
export const phase = z
  .object({
    mean: figure,
    p50: figure,
    min: figure,
    max: figure,
    sd: z.exactOptional(orNull(figure)).describe('Sample standard deviation; null for a single value.'),
    p90: percentile,
    p95: percentile,
    p99: percentile,
    p50Interval: z
      .exactOptional(z.tuple([figure, figure]))
      .describe(
        'Of the median, 95 %, over the turns of one process, with 3 % for what processes of one model differ by; of decode from order statistics over images. Absent with fewer than three turns, and where turns were not recorded.',
      ),
  })
  .meta({
    id: 'Phase',
    description:
      'Milliseconds. For a mean of datasets p50, min and max are those of all their inferences together.',
  });
export type PhaseSummary = Document<typeof phase>;

const timingOfScope = z.object({
  scope: z.exactOptional(timeScope),
  loadMs: figure,
  firstInferenceMs: figure,
  warmup: count,
  threads: count,
  peakRssBytes: orNull(figure),
  inferenceAlone: z
    .exactOptional(phase)
    .describe(
      'The same inferences in a bare loop, where the model is fast: between pre- and postprocessing they find cold caches and sleeping threads, and take longer.',
    ),
  measuredElsewhere: z.exactOptional(z.boolean()).describe('The times came along with masks made elsewhere.'),
  pass: z.exactOptional(timingPass).describe('Absent for times made elsewhere.'),
});

export const modelTiming = timingOfScope.extend({
  wider: z
    .exactOptional(z.array(timingOfScope))
    .describe('The same of wider scopes than the first that the model was timed in.'),
});
export type ModelTimingSummary = Document<typeof modelTiming>;
