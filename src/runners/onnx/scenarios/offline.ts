import { endsAll } from '../../../core/cancelled.js';
import { cellFailure, toFailure } from '../../../core/failure.js';
import type { BatchSummary } from '../../../schema/scenario-summary.js';
import type { TimedProcess } from '../timing/timed-process.js';
import { predictMs } from '../../phases.js';

/** One unrecorded batch, then whole batches for about so long, two at least. */
const LEAST_BATCHES = 2;

/**
 * Measures one batch size in a process of its own: a batch that the model does not take ends the process.
 *
 * @param positions of the images among the decoded ones, once the process has started
 */
export async function measureBatch(
  start: () => Promise<TimedProcess>,
  batch: number,
  positions: () => readonly number[],
  ms: number,
): Promise<BatchSummary> {
  let process: TimedProcess | undefined;
  try {
    process = await start();
    const usable = positions();
    const orderOf = (length: number): readonly number[] =>
      Array.from({ length }, (_, i) => usable[i % usable.length]);
    const order = orderOf(batch);
    await process.measure({ order, batch });
    const first = await process.measure({ order, batch });
    const batches = Math.max(LEAST_BATCHES, Math.ceil(ms / Math.max(1, first.wallMs)));
    const long = orderOf(batch * batches);
    const { samples, wallMs, peakRssBytes } = await process.measure({ order: long, batch });
    const predicting = samples.reduce((sum, { phases }) => sum + predictMs(phases), 0);
    const inferring = samples.reduce((sum, { phases }) => sum + phases.inferenceMs, 0);
    return {
      kind: 'measured',
      batch,
      images: long.length,
      perSecond: (1000 * long.length) / Math.max(predicting, wallMs),
      inferencePerSecond: (1000 * long.length) / inferring,
      peakRssBytes,
    };
  } catch (error) {
    if (endsAll(error)) throw error;
    return { kind: 'failed', batch, failure: cellFailure(toFailure(error)) };
  } finally {
    await process?.stop();
  }
}
