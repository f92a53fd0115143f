import type { ScenarioSummary } from '../../schema/scenario-summary.js';
import { readJsonl } from '../../core/jsonl.js';
import type { RunSettings } from '../../store/manifest.js';
import type { RunFolder } from '../../store/run-folder.js';
import type { ScenarioRecord } from './run-scenarios.js';

/** What every scenario came to, by model in the order of the run; of one that was tried again the last result. */
export async function summariseScenarios(
  folder: RunFolder,
  { models }: RunSettings,
): Promise<readonly ScenarioSummary[]> {
  const results = new Map<string, ScenarioSummary>();
  for await (const { key, result } of readJsonl<ScenarioRecord>(folder.scenarios)) results.set(key, result);
  return models.flatMap(({ spec }) => [...results.values()].filter(({ model }) => model === spec.name));
}
