import type {
  BatchSummary,
  ScenarioSummary,
  ServerSummary,
  SweepSummary,
} from '../../schema/scenario-summary.js';
import { endsAll } from '../../core/cancelled.js';
import { cellFailure, toFailure } from '../../core/failure.js';
import { canonicalJson } from '../../core/hash.js';
import { openDurableLines } from '../../core/durable-lines.js';
import { chooseSamples } from '../timing/choose-samples.js';
import { passModels, type PassModel } from '../timing/timed-models.js';
import { timingPlan, type TimingPlan } from '../timing/timing-plan.js';
import type { ScenarioRecord } from '../../store/records.js';
import { readRecords } from '../../store/run-folder.js';
import type {
  OfflineConfig,
  ScenarioConfig,
  ServerConfig,
  SweepConfig,
} from '../../store/scenario-schema.js';
import type { LoadMessage } from '../../runners/onnx/child/messages.js';
import { type TimedModel, timeTogether } from '../../runners/onnx/timing/time-together.js';
import { measureBatch } from '../../runners/onnx/scenarios/offline.js';
import { startTimedProcess, type TimedProcess } from '../../runners/onnx/timing/timed-process.js';
import { predictMs } from '../../runners/phases.js';
import { findSustainedRate } from '../../runners/onnx/scenarios/server.js';
import { warmUp } from '../../runners/onnx/timing/warm-up.js';
import { valuesForPercentile } from '../../stats/order-statistics.js';
import { createRandom } from '../../stats/random.js';
import type { RunFolder } from '../../store/run-folder.js';
import type { PhaseRequest } from '../predict.js';
import { medianMs } from '../../runners/onnx/timing/windows.js';

interface ScenarioRequest extends Omit<PhaseRequest, 'allowFallback'> {
  readonly scenarios: readonly ScenarioConfig[];
}

/**
 * Runs every scenario for every model that the timing pass can time, one after another. What is done is not done again; a scenario
 * that a model cannot do (a batch that its input does not take) is recorded as failed, and the rest goes on.
 */
export async function runScenarios(request: ScenarioRequest): Promise<void> {
  const { folder, held, settings, devices, scenarios, models, emit, signal } = request;
  if (scenarios.length === 0) return;
  const done = await doneScenarios(folder);
  const plan = timingPlan(settings.time);
  const samples = await chooseSamples(folder, settings.datasets, plan.images);
  const writer = await openDurableLines(folder.scenarios, held);
  try {
    for (const model of passModels(models, settings, samples, { device: devices[0], scope: 'predict' })) {
      const { name, sha256 } = model;
      for (const scenario of scenarios) {
        const key = scenarioKey(name, sha256, scenario);
        if (done.has(key)) continue;
        emit({
          kind: 'phase-started',
          phase: 'time',
          total: undefined,
          label: `${name} ${scenario.kind}`,
        });
        const result = await runOne(scenario, model, plan, signal);
        await writer.append({ key, result } satisfies ScenarioRecord);
        // Before the next one is measured: nothing else of ours is to run then.
        await writer.flush();
        // A batch that does not fit is an answer; a scenario that could not be run is none.
        if (result.kind === 'failed') {
          emit({ kind: 'time-failed', model: name, scenario: scenario.kind, failure: result.failure });
        }
        emit({ kind: 'phase-ended', phase: 'time' });
      }
    }
  } finally {
    await writer.close();
  }
}

/** What is not done again, and its key. */
export async function doneScenarios(folder: RunFolder): Promise<ReadonlySet<string>> {
  const done = new Set<string>();
  for await (const { key, result } of readRecords(folder, 'scenarios')) {
    if (result.kind !== 'failed') done.add(key);
  }
  return done;
}

export function scenarioKey(model: string, sha256: string, scenario: ScenarioConfig): string {
  return canonicalJson({ model, sha256, scenario });
}

async function runOne(
  scenario: ScenarioConfig,
  { name: model, describe }: PassModel,
  plan: TimingPlan,
  signal: AbortSignal,
): Promise<ScenarioSummary> {
  try {
    const described = await describe();
    if (!isLoaded(described)) throw new Error(`${model} is not loaded by ONNX Runtime`);
    const context: ScenarioContext = { model: described, plan, signal };
    switch (scenario.kind) {
      case 'offline':
        return { model, kind: 'offline', batches: await runOffline(scenario, context) };
      case 'server':
        return { model, ...(await runServer(scenario, context)) };
      case 'sweep':
        return { model, kind: 'sweep', settings: await runSweep(scenario, context) };
    }
  } catch (error) {
    if (endsAll(error) || signal.aborted) throw error;
    return { model, kind: 'failed', scenario: scenario.kind, failure: cellFailure(toFailure(error)) };
  }
}

/** A model that ONNX Runtime runs: only of such a one there are scenarios. */
type LoadedModel = TimedModel & { readonly load: LoadMessage };

const isLoaded = (model: TimedModel): model is LoadedModel => model.load !== null;

/** The model that a scenario is run for. */
interface ScenarioContext {
  readonly model: LoadedModel;
  readonly plan: TimingPlan;
  readonly signal: AbortSignal;
}

/** Every batch size in a fresh process, smallest first. */
async function runOffline(
  { batches, seconds }: OfflineConfig,
  { model, signal }: ScenarioContext,
): Promise<readonly BatchSummary[]> {
  const results: BatchSummary[] = [];
  for (const batch of [...new Set(batches)].sort((a, b) => a - b)) {
    let positions: readonly number[] = [0];
    const start = async (): Promise<TimedProcess> => {
      const process = await startTimedProcess(model.load, signal);
      positions = (await process.decode(model.images)).map((_, i) => i);
      return process;
    };
    results.push(await measureBatch(start, batch, () => positions, seconds * 1000));
  }
  return results;
}

/** Single predictions that the first rate is estimated from. */
const SERVICE_SAMPLES = 64;

/** One process from the first to the last trial: loaded, warm, its images decoded. */
async function runServer(
  { boundMs, percentile, seed, requests }: ServerConfig,
  { model, plan, signal }: ScenarioContext,
): Promise<ServerSummary> {
  const process = await startTimedProcess(model.load, signal);
  try {
    const images = (await process.decode(model.images)).length;
    await warmUp(process, images, plan.warmUp);
    const order = Array.from({ length: SERVICE_SAMPLES }, (_, i) => i % images);
    const { samples } = await process.measure({ order });
    const p = Number(percentile.slice(1)) / 100;
    const random = createRandom(seed);
    const found = await findSustainedRate({
      process,
      images,
      serviceMs: samples.map(({ phases }) => predictMs(phases)),
      demand: { p, boundMs },
      requests: requests ?? valuesForPercentile(p),
      streams: (label) => {
        const own = random.split(label);
        return { gap: () => own.exponential(), below: (bound) => own.below(bound) };
      },
    });
    return { kind: 'server', percentile, boundMs, seed, ...found };
  } finally {
    await process.stop();
  }
}

/** Settings whose processes live side by side and take turns; later groups are compared with less certainty. */
const SIDE_BY_SIDE = 4;

/** Measures a model under every combination of settings, interleaved as models are. */
async function runSweep(
  sweep: SweepConfig,
  { model, plan, signal }: ScenarioContext,
): Promise<readonly SweepSummary[]> {
  const variations = variationsOf(model, sweep);
  const results: SweepSummary[] = [];
  for (let i = 0; i < variations.length; i += SIDE_BY_SIDE) {
    const outcomes = await timeTogether({
      models: variations.slice(i, i + SIDE_BY_SIDE),
      warmUp: plan.warmUp,
      sampling: plan.sampling,
      datasetOf: () => '',
      signal,
    });
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed') throw outcome.error;
      const { name, samples, cpuMs, loadMs, peakRssBytes } = outcome.series;
      const ms = samples.map(({ phases }) => predictMs(phases));
      const total = ms.reduce((sum, value) => sum + value, 0);
      results.push({
        setting: name,
        p50Ms: medianMs(ms),
        perSecond: (1000 * ms.length) / total,
        cpuMsEach: cpuMs / ms.length,
        loadMs,
        peakRssBytes,
      });
    }
  }
  return results;
}

/** How each swept option is called, in the order in which they are named. */
const SWEPT: Readonly<Record<SweptOption, string>> = {
  graphOptimization: 'graph',
  memoryPattern: 'memory pattern',
  fetch: 'fetch',
  cpuArena: 'CPU arena',
  spinning: 'spinning',
  tf32: 'TF32',
};
type SweptOption = Exclude<keyof SweepConfig, 'kind' | 'threads'>;

/** One model a combination, named by what is swept: `threads 2, memory pattern on`. */
function variationsOf({ load, images }: LoadedModel, sweep: SweepConfig): readonly TimedModel[] {
  interface Variation {
    readonly names: readonly string[];
    readonly load: LoadedModel['load'];
  }
  let variations: readonly Variation[] = (sweep.threads ?? [load.threads]).map((threads) => ({
    names: sweep.threads === undefined ? [] : [`threads ${threads}`],
    load: { ...load, threads },
  }));
  for (const [option, called] of Object.entries(SWEPT)) {
    const values = sweep[option as SweptOption];
    if (values === undefined) continue;
    variations = variations.flatMap(({ names, load: before }) =>
      values.map((value) => ({
        names: [...names, `${called} ${value === true ? 'on' : value === false ? 'off' : value}`],
        load: { ...before, options: { ...before.options, [option]: value } },
      })),
    );
  }
  return variations.map(({ names, load: own }) => ({ name: names.join(', '), images, load: own }));
}
