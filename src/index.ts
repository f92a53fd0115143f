/** Maskbench as a library: what the command line is made of. Nothing here prints or ends the process. */
export { describeError, exitStatusOf, MaskbenchError, type ErrorCode } from './core/errors.js';
export { isDefined, type MetricValue } from './core/metric-value.js';
export * from './core/comparison.js';
export * from './core/ranking.js';
export * from './core/summary.js';
export {
  overallVerdict,
  type Check,
  type GateOutcome,
  type PairVerdict,
  type Verdict,
} from './core/verdict.js';
export { loadRunConfig, type LoadedConfig, type RunConfig } from './evaluate/config.js';
export type { EventSink, RunEvent } from './evaluate/events.js';
export { prepareRun, type PreparedRun, type PrepareOptions } from './evaluate/prepare.js';
export { run, type RunRequest } from './evaluate/run.js';
export { checkGate, type CheckOptions } from './evaluate/verdict/check.js';
export { compareSides, type CompareOptions } from './evaluate/verdict/compare.js';
export { loadGate, type Gate } from './evaluate/verdict/gate.js';
export { openSide } from './evaluate/verdict/open-side.js';
export { rankColumns, type RankColumn } from './evaluate/verdict/rank-columns.js';
export { rankRun } from './evaluate/verdict/rank.js';
export { createPair, createTruth } from './metrics/context.js';
export { DEFAULT_CONVENTIONS, type Conventions, type Metric, type MetricMeta } from './metrics/metric.js';
export { METRICS, metricsOf } from './metrics/registry.js';
export { scorePair } from './metrics/score-pair.js';
export { signatureOf } from './metrics/signature.js';
export { decodeMatte, decodeTruth } from './image/codec.js';
export { REPORTS } from './reports/registry.js';
export type { Report } from './reports/report.js';
