/** Piscina task: one sample, all models' mattes side by side, so that what depends on the truth alone is shared. */
import { toFailure, type Failure } from '../core/failure.js';
import { pluginFailed } from '../core/plugins/guard.js';
import type { PluginRef } from '../core/plugins/locate.js';
import type { MetricValue } from '../schema/metric-value.js';
import { truthAttributes, type TruthAttributes } from '../metrics/attributes.js';
import { fixedConfusion } from '../metrics/confusion.js';
import { countsByClass } from '../metrics/joint-histogram.js';
import type { Confusion, Conventions, Metric, Pair } from '../metrics/metric.js';
import { metricsOf, pooledProtocols, protocolsOf } from '../metrics/registry.js';
import { scorePair } from '../metrics/score-pair.js';
import { packCounts } from './class-counts.js';
import type { CheckedReading } from '../datasets/values/read-checked.js';
import { loadPair, type OwnMatte } from './load-pair.js';
import { loadTruth, type PlannedBytes } from './load-truth.js';

export interface ScoreTask {
  readonly truthPath: string;
  readonly truthReading: CheckedReading;
  /** The image itself; read only where a metric needs its colours. */
  readonly imagePath?: string;
  /** Of a run's own sample. */
  readonly planned?: PlannedBytes;
  readonly mattePaths: readonly string[];
  /** How each of the mattes is read, where somebody else made them, or what it must be, where it is a run's own. */
  readonly matteReadings?: readonly (CheckedReading | OwnMatte)[];
  readonly protocols: readonly string[];
  /** Those that the protocols come from, which the thread has to load as well. */
  readonly plugins?: readonly PluginRef[];
  readonly conventions: Conventions;
  /** Whether mattes of another size are brought to the ground truth's. */
  readonly resize?: boolean;
  /** Whether to measure the ground truth. */
  readonly attributes?: boolean;
}

export interface SampleScores {
  /** One a matte, in order. */
  readonly cells: readonly ScoreResult[];
  /** Null where it was not asked for. */
  readonly truth: TruthResult | null;
  /** Where a file contradicts how all of its dataset's masks are read: then nothing of the dataset may be added up. */
  readonly contradiction?: Failure;
}

export type ScoreResult =
  | {
      readonly status: 'done';
      readonly metrics: Readonly<Record<string, MetricValue>>;
      /** At the threshold, where a protocol has scores of counts. */
      readonly counts?: Confusion;
      /** Counts of the matte's values by what the ground truth says of the pixel, packed; for protocols that have curves. */
      readonly histogram?: string;
    }
  | { readonly status: 'failed'; readonly failure: Failure };

export type TruthResult =
  | { readonly status: 'done'; readonly attributes: TruthAttributes }
  | { readonly status: 'failed'; readonly failure: Failure };

/** Scores every matte that can be; an unreadable truth fails all of them. */
export default async function scoreSample(task: ScoreTask): Promise<SampleScores> {
  try {
    if (task.plugins !== undefined) {
      holdThread();
      await (await import('../core/plugins/load-plugins.js')).loadSamePlugins(task.plugins);
    }
    const metrics = metricsOf(task.protocols);
    const truth = await loadTruth(task.truthPath, task.truthReading, metrics, task.imagePath, task.planned);
    const cells: ScoreResult[] = [];
    for (const [i, mattePath] of task.mattePaths.entries()) {
      try {
        const pair = await loadPair(
          mattePath,
          truth,
          task.conventions,
          task.resize === true,
          task.matteReadings?.[i],
        );
        cells.push(scoreOf(pair, metrics, task.protocols));
      } catch (error) {
        cells.push({ status: 'failed', failure: toFailure(error) });
      }
    }
    if (task.plugins !== undefined) await assertNoneLate(task.plugins);
    const attributes = task.attributes === true ? truth.get(truthAttributes) : undefined;
    const results = {
      cells,
      truth: attributes === undefined ? null : ({ status: 'done', attributes } as const),
    };
    const against = cells.find((cell) => cell.status === 'failed' && cell.failure.code === 'data.values');
    return against?.status === 'failed' ? { ...results, contradiction: against.failure } : results;
  } catch (error) {
    const failed = { status: 'failed', failure: toFailure(error) } as const;
    return {
      cells: task.mattePaths.map(() => failed),
      truth: task.attributes === true ? failed : null,
      ...(failed.failure.code === 'data.values' ? { contradiction: failed.failure } : {}),
    };
  }
}

let isHeld = false;
/** What a plug-in threw in no call that anybody waits for: in a timer, or a promise. */
let late: unknown;

/** Keeps the thread, which a plug-in would end: then the sample would never be scored, or the run would go down with it. */
function holdThread(): void {
  if (isHeld) return;
  isHeld = true;
  process.exit = () => {
    throw new Error('it called process.exit: throw an error in place of it');
  };
  process.on('uncaughtException', (error) => (late = error));
}

/** @throws MaskbenchError `plugin.failed` for what was thrown late, by now. */
async function assertNoneLate(plugins: readonly PluginRef[]): Promise<void> {
  // Promises that nobody waits for have then been told.
  await new Promise(setImmediate);
  if (late === undefined) return;
  const error = late;
  late = undefined;
  throw pluginFailed(`outside of any call, ${plugins.map(({ path }) => path).join(', ')}`, error);
}

function scoreOf(pair: Pair, metrics: readonly Metric[], protocols: readonly string[]): ScoreResult {
  const isPooled = pooledProtocols(protocols).length > 0;
  const hasCurves = protocolsOf(protocols).some(({ curves }) => curves !== undefined);
  return {
    status: 'done',
    metrics: scorePair(pair, metrics),
    ...(isPooled ? { counts: pair.get(fixedConfusion) } : {}),
    ...(hasCurves ? { histogram: packCounts(pair.get(countsByClass)) } : {}),
  };
}
