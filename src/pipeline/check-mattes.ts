import { RESUME, throwIfCancelled } from '../core/cancelled.js';
import { openDurableLines, type Held } from '../core/durable-lines.js';
import { cellFailure, toFailure } from '../core/failure.js';
import { mapInOrder } from '../core/map-in-order.js';
import { readOwnMatte } from '../scoring/load-pair.js';
import { MaskbenchError } from '../core/errors.js';
import type { EventSink } from '../schema/events.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { Cells } from '../store/cells.js';
import type { PredictionRecord } from '../store/records.js';
import { plannedSamples, type RunFolder } from '../store/run-folder.js';

/** Mattes decoded at once. */
const WIDTH = 4;

/** Decodes every matte that is not scored yet, and marks the damaged ones. */
export async function checkMattes(folder: RunFolder, cells: Cells, signal: AbortSignal): Promise<void> {
  const check = async (sample: PlannedSample): Promise<void> => {
    for (const model of cells.models) {
      if (!cells.isPredicted(model, sample) || cells.hasScore(model, sample)) continue;
      const path = folder.matte(model, sample.dataset, sample.id);
      const matteSha256 = cells.matteSha256(model, sample);
      await readOwnMatte(path, { matteSha256 }).catch((error: unknown) => {
        const { code } = cellFailure(toFailure(error));
        // One that may not be decoded under the present limit is not known to be damaged.
        if (code !== 'data.too-large') cells.markDamaged(model, sample);
      });
    }
  };
  for await (const _checked of mapInOrder(plannedSamples(folder), WIDTH, check))
    throwIfCancelled(signal, RESUME);
}

/**
 * Writes down that the cells whose mattes are damaged have none, so that every reader counts them as failed and a resumed run
 * tries them again.
 *
 * @returns how many there are
 */
export async function failDamaged(
  folder: RunFolder,
  held: Held,
  cells: Cells,
  emit: EventSink,
): Promise<number> {
  const count = cells.countDamaged();
  if (count === 0) return 0;
  const failure = toFailure(
    new MaskbenchError('matte.damaged', 'the matte is missing, empty or not the one that was predicted', {
      remedy: '--resume predicts it again',
    }),
  );
  const writer = await openDurableLines(folder.predictions, held);
  try {
    for await (const sample of plannedSamples(folder)) {
      for (const model of cells.models) {
        if (!cells.isDamaged(model, sample)) continue;
        const { dataset, id } = sample;
        const cell = { key: sample.cells[model], model, dataset, id };
        const record: PredictionRecord = { ...cell, status: 'failed', failure };
        await writer.append(record);
        emit({ kind: 'cell-failed', model, dataset, id, failure });
      }
    }
  } finally {
    await writer.close();
  }
  return count;
}
