import type { BatchSummary } from '../../schema/scenario-summary.js';
import { measureBatch } from '../../runners/onnx/scenarios/offline.js';
import { startTimedProcess, type TimedProcess } from '../../runners/onnx/timing/timed-process.js';
import type { OfflineConfig } from '../../store/scenario-schema.js';
import type { ScenarioContext } from './scenario-context.js';

/** Every batch size in a fresh process, smallest first. */
export async function runOffline(
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
