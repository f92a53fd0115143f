import type { ScenarioSummary } from '../../schema/scenario-summary.js';
import type { RunSettings } from '../../store/manifest.js';
import { readRecords, type RunFolder } from '../../store/run-folder.js';

/** What every scenario came to, by model in the order of the run; of one that was tried again the last result. */
export async function summariseScenarios(
  folder: RunFolder,
  { models }: RunSettings,
): Promise<readonly ScenarioSummary[]> {
  const results = new Map<string, ScenarioSummary>();
  for await (const { key, result } of readRecords(folder, 'scenarios')) results.set(key, result);
  return models.flatMap(({ spec }) => [...results.values()].filter(({ model }) => model === spec.name));
}
