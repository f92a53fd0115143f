import type { Failure } from '../core/failure.js';

/** What one scenario came to for one model. */
export type ScenarioSummary =
  | (Named & { readonly kind: 'offline'; readonly batches: readonly BatchSummary[] })
  | (Named & ServerSummary)
  | (Named & { readonly kind: 'sweep'; readonly settings: readonly SweepSummary[] })
  | (Named & { readonly kind: 'failed'; readonly scenario: string; readonly failure: Failure });

interface Named {
  readonly model: string;
}

export type BatchSummary =
  | {
      readonly kind: 'measured';
      readonly batch: number;
      readonly images: number;
      readonly perSecond: number;
      readonly inferencePerSecond: number;
      readonly peakRssBytes: number | null;
    }
  | { readonly kind: 'failed'; readonly batch: number; readonly failure: Failure };

export interface ServerSummary {
  readonly kind: 'server';
  /** `p99`, and what it must not exceed. */
  readonly percentile: string;
  readonly boundMs: number;
  readonly seed: number;
  readonly trials: readonly {
    readonly perSecond: number;
    readonly n: number;
    readonly p50Ms: number;
    readonly percentileMs: number;
    readonly maxMs: number;
    readonly withinBound: number;
    readonly held: boolean;
  }[];
  /** Requests a second; null if no trial held. */
  readonly sustainedPerSecond: number | null;
}

/** One combination of settings; they took turns, so that they can be held against each other. */
export interface SweepSummary {
  readonly setting: string;
  readonly p50Ms: number;
  readonly perSecond: number;
  readonly cpuMsEach: number;
  readonly loadMs: number;
  readonly peakRssBytes: number | null;
}
