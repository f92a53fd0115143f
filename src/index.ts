/** Maskbench as a library: what the command line is made of (docs/library.md). Nothing here prints or ends the process. */
export {
  describeError,
  exitStatusOf,
  MaskbenchError,
  type ErrorCode,
  type ErrorDetails,
  type ExitStatus,
} from './core/errors.js';
export type { Failure } from './core/failure.js';

// Plug-ins: what they are made of is `maskbench/plugin`.
export { loadPlugins, type LoadedPlugin } from './core/plugins/load-plugins.js';
export type { PluginRef } from './core/plugins/locate.js';
export type { PluginVersion } from './core/plugins/parts.js';
export type { PluginPolicy } from './core/plugins/named-plugins.js';

// Masks and scores
export { decodeMatte, decodeTruth } from './image/codec.js';
export { createPair, createTruth } from './metrics/context.js';
export { isDefined, type MetricValue } from './schema/metric-value.js';
export type { GrayImage, MaskImage, RgbImage } from './image/raster.js';
export type { IgnoredPixels } from './image/ignored-pixels.js';
export {
  DEFAULT_CONVENTIONS,
  type Confusion,
  type Conventions,
  type CostClass,
  type CountScore,
  type Metric,
  type MetricMeta,
  type Pair,
  type PairIntermediate,
  type Truth,
  type TruthIntermediate,
} from './metrics/metric.js';
export { METRICS, metricsOf } from './metrics/registry.js';
export { scorePair } from './metrics/score-pair.js';
export { signatureOf, type ScoringConventions, type SignatureOptions } from './metrics/signature.js';
export {
  scorePlainFolders,
  type PlainFolderRequest,
  type PlainFolderScores,
} from './scoring/folders/score-plain-folders.js';
export type { MaskValues } from './schema/mask-values.js';
export type { FolderReadings, FolderValues } from './scoring/folders/folder-readings.js';
export type { Affixes, PlainFolders } from './scoring/folders/plain-layout.js';
export type {
  FolderCell,
  FolderResults,
  FolderScores,
  FolderScoring,
} from './scoring/folders/score-folders.js';
export type { GroupScores } from './scoring/aggregate/tally.js';
export type { ScoreResult } from './scoring/score-worker.js';

// A run
export { loadRunConfig, runConfigSchema, type LoadedConfig, type RunConfig } from './store/config.js';
export type { EventSink, Phase as RunEventPhase, RunEvent } from './schema/events.js';
export { prepareRun, type ModelFolders, type PreparedRun, type PrepareOptions } from './pipeline/prepare.js';
export { run } from './pipeline/run.js';
export type { RunOptions, RunPhases, RunRequest } from './pipeline/run-request.js';
export type { LockOptions } from './store/lock-options.js';
export type { OnProgress, PullEvent } from './models/sources/progress.js';
export type { ReadyModel } from './runners/runner.js';
export type { ModelSpec } from './models/spec/spec.js';
export type { DatasetEntry, DatasetProblem, OnRemark, Sample } from './datasets/dataset.js';
export type { Dataset } from './datasets/load.js';
export type { SampleSettings } from './datasets/draw-sample.js';
export type { ResolvedDataset } from './datasets/resolve.js';
export type { ValuesFields } from './datasets/values/contradiction.js';
export type { RunFolder } from './store/run-folder.js';
export { readRun } from './store/read-run.js';
export type { ChosenImages } from './schema/chosen-images.js';
export * from './schema/summary.js';

// Questions about runs
export { openSide } from './analysis/compare/open-side.js';
export type { Side, SideFacts, SideModel } from './analysis/compare/side.js';
export type { BaselineRecord } from './analysis/compare/baseline/baseline-schema.js';
export type { ModelChoice, ModelPair } from './analysis/compare/pair-models.js';
export type {
  Attributes,
  FailedCell,
  ModelScores,
  RunScores,
  ScoredDataset,
} from './store/load-run-scores.js';
export type { StoredTimes } from './store/stored-times.js';
export {
  compareSides,
  type Compared,
  type ComparedPair,
  type CompareOptions,
} from './analysis/compare/compare.js';
export { loadGate, type Gate, type LoadedGate } from './analysis/gate/gate.js';
export { checkGate, type CheckOptions, type TimePair } from './analysis/gate/check.js';
export type { RemeasureRequest } from './analysis/gate/remeasure/remeasure.js';
export {
  rankColumns,
  rankRun,
  type RankColumn,
  type RankColumnsOptions,
  type RankOptions,
} from './analysis/compare/rank.js';
export { gatherRun, rankingOf } from './analysis/gather-page.js';
export * from './schema/comparison.js';
export * from './schema/ranking.js';
export {
  overallVerdict,
  type Check,
  type GateOutcome,
  type PairVerdict,
  type Verdict,
} from './schema/verdict.js';

// Reports
export { reportDocument, type ReportDocument } from './reports/document.js';
export type { Cell, Column, Row, Table } from './reports/tables/table.js';
export type { TableOptions } from './reports/tables/tables-of.js';
export type { Figures } from './reports/tables/figures.js';
export type {
  LatencySeries,
  PageInput,
  PageRun,
  RunCells,
  RunCurves,
  SliceTable,
} from './schema/page-input.js';
export type {
  Gallery,
  GalleryChange,
  GalleryImage,
  GalleryMetric,
  GallerySource,
  MissingImage,
} from './schema/gallery.js';
export type { PageAssets } from './reports/page/render-page.js';
export type { Format, RenderOptions } from './reports/formats/format.js';
export { formatNamed, FORMATS } from './reports/formats/registry.js';
export { rankingDocument } from './reports/comparison/ranking-table.js';
export { comparisonToHtml, outcomeToHtml } from './reports/comparison/html.js';
export { outcomeToJunit } from './reports/comparison/junit.js';
export { comparisonToMarkdown, outcomeToMarkdown } from './reports/comparison/markdown.js';
export { comparisonToTerminal, outcomeToTerminal } from './reports/comparison/terminal.js';
