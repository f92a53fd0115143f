/** Piscina task: one sample, all models' mattes side by side, so that what depends on the truth alone is shared. */
import { toFailure, type Failure } from '../core/failure.js';
import type { MetricValue } from '../core/metric-value.js';
import { decodeMatte, decodeTruth } from '../image/codec.js';
import { createPair, createTruth } from '../metrics/context.js';
import type { Conventions, Protocol } from '../metrics/metric.js';
import { metricsOf } from '../metrics/registry.js';
import { scorePair } from '../metrics/score-pair.js';

export interface ScoreTask {
  readonly truthPath: string;
  readonly mattePaths: readonly string[];
  readonly protocols: readonly Protocol[];
  readonly conventions: Conventions;
}

export type ScoreResult =
  | { readonly status: 'done'; readonly metrics: Readonly<Record<string, MetricValue>> }
  | { readonly status: 'failed'; readonly failure: Failure };

/** One result a matte, in order. An unreadable truth fails all of them. */
export default async function scoreSample(task: ScoreTask): Promise<readonly ScoreResult[]> {
  const metrics = metricsOf(task.protocols);
  try {
    const truth = createTruth(await decodeTruth(task.truthPath));
    const results: ScoreResult[] = [];
    for (const mattePath of task.mattePaths) {
      try {
        const pair = createPair(await decodeMatte(mattePath), truth, task.conventions);
        results.push({ status: 'done', metrics: scorePair(pair, metrics) });
      } catch (error) {
        results.push({ status: 'failed', failure: toFailure(error) });
      }
    }
    return results;
  } catch (error) {
    return task.mattePaths.map(() => ({ status: 'failed', failure: toFailure(error) }));
  }
}
