import type { ScenarioSummary } from '../../core/scenario-summary.js';
import { readJsonl } from '../jsonl.js';
import type { RunSettings } from '../manifest.js';
import type { RunFolder } from '../run-folder.js';
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
