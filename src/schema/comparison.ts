import type { SealPart } from './seal.js';
import type { TimedPhase } from './summary.js';

/** Version of what `compare --format json` and `check --json` print. */
export const COMPARISON_VERSION = 1;

/** Two runs held against each other: the only input of the comparison reports. Plain data, no random or clock in it. */
export interface Comparison {
  readonly schemaVersion: number;
  readonly baseline: ComparedSide;
  readonly candidate: ComparedSide;
  /** Of the protocols that both sides were scored by, under equal conventions. */
  readonly signatures: readonly string[];
  /** Differences that forbid the comparison and were overridden; not empty marks every report. */
  readonly forced: readonly Difference[];
  /** What is worth knowing, and forbids nothing: another processor, other versions, models fed differently. */
  readonly remarks: readonly string[];
  readonly pairs: readonly PairComparison[];
}

export interface ComparedSide {
  /** As the user named it: a folder or a baseline. */
  readonly label: string;
  readonly kind: 'run' | 'baseline' | 'generated';
  readonly name: string;
  readonly createdAt: string;
  readonly maskbenchVersion: string;
  readonly device: string;
  readonly cpu: string;
}

/** Something that makes two runs incomparable. */
export interface Difference {
  readonly subject: 'signature' | 'feeding' | 'runner' | 'device' | 'dataset' | 'images' | 'failed-cells';
  readonly message: string;
}

export interface ComparedModel {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** One model of the baseline against one of the candidate, image by image. */
export interface PairComparison {
  readonly baseline: ComparedModel;
  readonly candidate: ComparedModel;
  /** Datasets with pictures that either model was trained on. */
  readonly leaked: readonly { readonly dataset: string; readonly tags: readonly string[] }[];
  readonly metrics: readonly MetricComparison[];
  readonly slices: SliceComparisons | null;
  readonly moved: MovedImages | null;
  readonly latency: LatencyComparison;
  /** Peak resident memory of the timing process; null where it is unknown or not comparable. */
  readonly peakRssBytes: { readonly baseline: number; readonly candidate: number } | null;
}

/** A mean of paired gains, positive is better, with a two-sided interval of the given level where there is one. */
export interface GainEstimate {
  readonly mean: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly level: number;
  /** How the interval was made (docs/statistics.md). */
  readonly method: string;
  readonly caution: 'few-values' | 'skewed' | null;
}

export interface MetricComparison {
  readonly metric: string;
  readonly title: string;
  readonly better: 'higher' | 'lower';
  /** Null: the images of all datasets together, every image weighing the same. */
  readonly dataset: string | null;
  /** Images where the metric is defined on both sides; the figures below are of these. */
  readonly n: number;
  /** Images where it is undefined for this side only. */
  readonly undefinedBaseline: number;
  readonly undefinedCandidate: number;
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly gain: GainEstimate | null;
  /** Two-sided sign-flip p, and after Holm over all rows of the pair; null where nothing differs. */
  readonly p: number | null;
  readonly adjusted: number | null;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Mean gain in standard deviations of the gains, and matched-pairs rank-biserial correlation. */
  readonly dz: number | null;
  readonly rankBiserial: number | null;
}

/** One metric by the values of the datasets' attributes. */
export interface SliceComparisons {
  readonly metric: string;
  readonly correction: 'benjamini-hochberg';
  /** Slices with fewer images are information only: no interval, no p. */
  readonly minimum: number;
  readonly rows: readonly SliceComparison[];
}

export interface SliceComparison {
  readonly attribute: string;
  readonly value: string;
  readonly n: number;
  readonly baseline: number;
  readonly candidate: number;
  readonly gain: GainEstimate;
  readonly p: number | null;
  readonly adjusted: number | null;
}

/** The images whose score moved most, the farthest first. */
export interface MovedImages {
  readonly metric: string;
  readonly losses: readonly MovedImage[];
  readonly gains: readonly MovedImage[];
}

export interface MovedImage {
  readonly dataset: string;
  readonly id: string;
  readonly baseline: number;
  readonly candidate: number;
  /** Positive is better. */
  readonly gain: number;
}

/** Where the ratios of times come from, and what they are worth. */
export type LatencyComparison =
  | { readonly kind: 'none'; readonly reason: string }
  | {
      /** From the timing passes of the two runs: one process a side, at different times. Never enough for a gate. */
      readonly kind: 'stored';
      readonly images: number;
      readonly phases: readonly PhaseRatio[];
      readonly caveats: readonly string[];
    }
  | {
      /** Measured for this comparison: fresh processes in the order A B B A. */
      readonly kind: 'remeasured';
      readonly rounds: readonly RemeasuredRound[];
    };

/** Candidate over baseline: 1.1 is ten percent slower. */
export interface PhaseRatio {
  readonly phase: TimedPhase;
  /** Milliseconds: the geometric mean over images, or over processes, of their median times. */
  readonly baselineMs: number;
  readonly candidateMs: number;
  readonly ratio: number;
  /** Two-sided interval of the ratio; null where there is none. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly level: number;
}

/** One complete measurement; the second, if any, is the one declared confirmation. */
export interface RemeasuredRound {
  readonly purpose: 'measurement' | 'confirmation';
  /** Processes of the baseline and of the candidate. */
  readonly processes: readonly [number, number];
  /** Processes that were disturbed and measured once more; the second try stands. */
  readonly repeated: number;
  /** Timed predictions of every process, at least. */
  readonly inferencesEach: number;
  readonly phases: readonly RemeasuredPhase[];
  /** Every part of the seal, held by all processes or not; times decide nothing without all of them. */
  readonly seal: readonly SealPart[];
  readonly conditions: MachineConditions;
}

export interface RemeasuredPhase extends PhaseRatio {
  /** The median milliseconds of every process, in the order of the measurement: the data behind the interval. */
  readonly processesMs: { readonly baseline: readonly number[]; readonly candidate: readonly number[] };
}

/** What the machine did while times were taken. */
export interface MachineConditions {
  readonly cpu: string;
  readonly cores: number;
  /** Load average over a minute at the start and at the end. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  /** Share of the processors' time that other processes used, 0..1; null where the system does not tell. */
  readonly foreignCpu: number | null;
}
