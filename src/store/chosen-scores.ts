import { existsSync } from 'node:fs';
import { openCells } from './cells.js';
import { openLines } from './export/cell-table.js';
import { scoreRecord, type DoneScore } from './records.js';
import { readManifest, type RunFolder } from './run-folder.js';

/** The scores of one model on one image by metric; undefined where there are none. */
export type ChosenScores = (model: string, dataset: string, id: string) => DoneScore['metrics'] | undefined;

/**
 * Every score of a few images, read by the places of their lines: nothing is held of all others but a few numbers.
 *
 * @throws MaskbenchError `data.unreadable`, naming file and line.
 */
export async function readChosenScores(
  folder: RunFolder,
  models: readonly string[],
  isChosen: (dataset: string, id: string) => boolean,
): Promise<ChosenScores> {
  const { settings } = await readManifest(folder);
  const found = new Map<string, DoneScore['metrics']>();
  if (existsSync(folder.scores)) {
    const cells = await openCells(folder, settings, { models });
    const lines = await openLines(folder.scores);
    try {
      for await (const { record, cells: states } of cells.inPlanOrder()) {
        if (!isChosen(record.dataset, record.id)) continue;
        for (const [m, state] of states.entries()) {
          if (state.kind !== 'scored') continue;
          const score = await lines.read(state.place, scoreRecord);
          if (score.status === 'done') found.set(keyOf(models[m], record.dataset, record.id), score.metrics);
        }
      }
    } finally {
      await lines.close();
    }
  }
  return (model, dataset, id) => found.get(keyOf(model, dataset, id));
}

function keyOf(model: string, dataset: string, id: string): string {
  return JSON.stringify([model, dataset, id]);
}
