import type { ScenarioSummary } from '../../schema/scenario-summary.js';
import { endsAll } from '../../core/cancelled.js';
import { toFailure } from '../../core/failure.js';
import { canonicalJson } from '../../core/hash.js';
import type { ReadyModel } from '../../runners/runner.js';
import type { EventSink } from '../../schema/events.js';
import { openJsonl } from '../../core/jsonl.js';
import { chooseSamples } from '../timing/choose-samples.js';
import { passModels } from '../timing/timed-models.js';
import { timingPlan } from '../timing/timing-plan.js';
import type { RunSettings } from '../../store/manifest.js';
import type { ScenarioRecord } from '../../store/records.js';
import { readRecords, type RunFolder } from '../../store/run-folder.js';
import { runOffline } from './run-offline.js';
import { runServer } from './run-server.js';
import { runSweep } from './run-sweep.js';
import type { ScenarioConfig } from '../../store/scenario-schema.js';
import type { ScenarioContext } from './scenario-context.js';

interface ScenarioRequest {
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  readonly models: readonly ReadyModel[];
  readonly scenarios: readonly ScenarioConfig[];
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/**
 * Runs every scenario for every model that the timing pass can time, one after another. What is done is not done again; a scenario
 * that a model cannot do (a batch that its input does not take) is recorded as failed, and the rest goes on.
 */
export async function runScenarios(request: ScenarioRequest): Promise<void> {
  const { folder, settings, scenarios, models, emit, signal } = request;
  if (scenarios.length === 0) return;
  const done = new Set<string>();
  for await (const { key, result } of readRecords(folder, 'scenarios')) {
    if (result.kind !== 'failed') done.add(key);
  }
  const plan = timingPlan(settings.time);
  const samples = await chooseSamples(folder, settings.datasets, plan.images);
  const writer = await openJsonl(folder.scenarios);
  try {
    for (const { name, sha256, describe } of passModels(models, settings, samples)) {
      for (const scenario of scenarios) {
        const key = canonicalJson({ model: name, sha256, scenario });
        if (done.has(key)) continue;
        emit({
          kind: 'phase-started',
          phase: 'time',
          total: undefined,
          label: `${name} ${scenario.kind}`,
        });
        const result = await runOne(scenario, { model: await describe(), plan, signal });
        await writer.append({ key, result } satisfies ScenarioRecord);
        if (result.kind === 'failed') {
          emit({ kind: 'warning', message: `${name} ${scenario.kind}: ${result.failure.message}` });
        }
        emit({ kind: 'phase-ended', phase: 'time' });
      }
    }
  } finally {
    await writer.close();
  }
}

async function runOne(scenario: ScenarioConfig, context: ScenarioContext): Promise<ScenarioSummary> {
  const model = context.model.name;
  try {
    switch (scenario.kind) {
      case 'offline':
        return { model, kind: 'offline', batches: await runOffline(scenario, context) };
      case 'server':
        return { model, ...(await runServer(scenario, context)) };
      case 'sweep':
        return { model, kind: 'sweep', settings: await runSweep(scenario, context) };
    }
  } catch (error) {
    if (endsAll(error) || context.signal.aborted) throw error;
    return { model, kind: 'failed', scenario: scenario.kind, failure: toFailure(error) };
  }
}
