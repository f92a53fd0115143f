/** Maskbench as a library: what the command line is made of. Nothing here prints or ends the process. */
export { describeError, exitStatusOf, MaskbenchError, type ErrorCode } from './core/errors.js';
export { isDefined, type MetricValue } from './schema/metric-value.js';
export * from './schema/comparison.js';
export * from './schema/ranking.js';
export * from './schema/summary.js';
export {
  overallVerdict,
  type Check,
  type GateOutcome,
  type PairVerdict,
  type Verdict,
} from './schema/verdict.js';
export { loadRunConfig, type LoadedConfig, type RunConfig } from './store/config.js';
export type { EventSink, RunEvent } from './schema/events.js';
export { prepareRun, type PreparedRun, type PrepareOptions } from './pipeline/prepare.js';
export { run } from './pipeline/run.js';
export type { RunRequest } from './pipeline/run-request.js';
export { checkGate, type CheckOptions } from './analysis/gate/check.js';
export { compareSides, type CompareOptions } from './analysis/compare/compare.js';
export { loadGate, type Gate } from './analysis/gate/gate.js';
export { openSide } from './analysis/compare/open-side.js';
export { rankColumns, type RankColumn } from './analysis/compare/rank.js';
export { rankRun } from './analysis/compare/rank.js';
export { createPair, createTruth } from './metrics/context.js';
export { DEFAULT_CONVENTIONS, type Conventions, type Metric, type MetricMeta } from './metrics/metric.js';
export { METRICS, metricsOf } from './metrics/registry.js';
export { scorePair } from './metrics/score-pair.js';
export { signatureOf } from './metrics/signature.js';
export { decodeMatte, decodeTruth } from './image/codec.js';
export { reportDocument, type ReportDocument } from './reports/document.js';
export type { Format, RenderOptions } from './reports/formats/format.js';
export { FORMATS } from './reports/formats/registry.js';
