import type { SealPart } from './seal.js';

/** How one model's timing was made and under which conditions; null stands for what a system or driver does not tell. */
export interface TimingPassSummary {
  /** `quick`, `standard` or `publishable`. */
  readonly profile: string;
  /** 2 where the first process was not steady and a fresh one was measured. */
  readonly attempt: number;
  /** Models whose processes took turns with this one's, this one included. */
  readonly together: readonly string[];
  /** Passes over all images. */
  readonly passes: number;
  readonly warmUpMs: number;
  /** Where the nodes ran; null on a CPU, where there is nothing else to run on. */
  readonly placement: PlacementSummary | null;
  /** Consecutive thirds of the recorded predictions. */
  readonly windows: readonly { readonly n: number; readonly p50Ms: number; readonly perSecond: number }[];
  /** Processor time of the process for one prediction, all threads together, milliseconds. */
  readonly cpuMsEach: number;
  /** How often a second the process had to make way for others. */
  readonly involuntarySwitchesPerSecond: number;
  readonly gpuMemoryBytes: number | null;
  readonly conditions: ConditionsSummary;
  /** The card, once a second while this model was recorded. */
  readonly gpu: GpuConditionsSummary | null;
  /** Every part of the seal with what was found. */
  readonly parts: readonly SealPart[];
}

export interface PlacementSummary {
  /** ONNX Runtime's name of the provider that was asked for. */
  readonly provider: string;
  /** Nodes by provider. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Share of the time in nodes by provider, of a profiled run that was not timed; null if none was made. */
  readonly timeShare: Readonly<Record<string, number>> | null;
}

/** Shares of all processors' time, 0..1, while this model was recorded. */
export interface ConditionsSummary {
  readonly durationMs: number;
  readonly foreignCpu: number | null;
  readonly steal: number | null;
  readonly pressure: number | null;
  readonly load: readonly [before: number, after: number];
  readonly clockSources: readonly string[];
  readonly governors: readonly string[];
}

/** Ranges are the least and the most that was told. */
export interface GpuConditionsSummary {
  readonly readings: number;
  readonly temperatureC: readonly [number, number] | null;
  readonly powerW: readonly [number, number] | null;
  readonly smClockMhz: readonly [number, number] | null;
  /** Every reason for lower clocks that was told. */
  readonly limits: readonly string[];
}

/** A card as its driver describes it. */
export interface GpuSummary {
  readonly name: string;
  readonly uuid: string | null;
  readonly memoryBytes: number | null;
  readonly driver: string | null;
}

/** More about the processors than their name. */
export interface ProcessorSummary {
  readonly physicalCores: number | null;
  readonly sockets: number | null;
  readonly caches: readonly string[];
  readonly virtual: boolean | null;
  /** A container's limits. */
  readonly limits: { readonly cores: number | null; readonly memoryBytes: number | null };
}

/** Why one dataset takes longer than another, of one model. */
export interface SlownessSummary {
  readonly model: string;
  /** The dataset with the longest mean prediction and the one with the shortest. */
  readonly slow: string;
  readonly fast: string;
  /** Mean of the slow one less mean of the fast one, milliseconds, whole and by phase. */
  readonly differenceMs: {
    readonly predict: number;
    readonly preprocess: number;
    readonly inference: number;
    readonly postprocess: number;
  };
  /**
   * How many times as long a prediction, and its inference, takes on the slow dataset as on the fast one: ratio of the
   * geometric means over images, with its 95 % interval (Welch's, of the logarithms). Absent with fewer than two images.
   */
  readonly ratio?: { readonly predict: RatioSummary; readonly inference: RatioSummary };
  /** Mean megapixels of the timed images. */
  readonly megapixels: { readonly slow: number; readonly fast: number };
  /**
   * What of the difference the sizes of the images explain: a straight line of predict time over megapixels, fitted to
   * all timed images of both, times the difference of the mean sizes. Null where all images are of one size.
   */
  readonly bySizeMs: number | null;
  /** Share of the variance among images that the line explains, 0..1; null with `bySizeMs`. */
  readonly r2: number | null;
  /** Spearman's correlation of an image's median time with each attribute of its ground truth, over all datasets. */
  readonly correlations: readonly TimeCorrelation[];
}

export interface RatioSummary {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

export interface TimeCorrelation {
  readonly attribute: string;
  readonly phase: 'predict' | 'inference';
  readonly n: number;
  /** -1..1, with its 95 % interval. */
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}
