import { existsSync } from 'node:fs';
import type { FolderPlan } from '../scoring/folders/folder-plan.js';
import type { FolderCell } from '../scoring/folders/score-folders.js';
import { failureOf, openCells } from '../store/cells.js';
import { openLines } from '../store/export/cell-table.js';
import { scoreRecord } from '../store/records.js';
import { readManifest, type RunFolder } from '../store/run-folder.js';

/**
 * The cells of a run of folders (`prepareFolders`) as `scoreFolders` gives them, from its records: under the names of the plan,
 * and without those of a method that the plan does not hold to a dataset.
 */
export async function* folderCells(
  folder: RunFolder,
  { groups }: FolderPlan,
): AsyncGenerator<readonly FolderCell[], void, undefined> {
  const { settings } = await readManifest(folder);
  const cells = await openCells(folder, settings);
  const titles = new Map(settings.datasets.map(({ spec }) => [spec.name, spec.title ?? spec.name]));
  const models = settings.models.map(({ spec }) => spec.title ?? spec.name);
  const planned = new Map(
    groups.map(({ dataset, methods }) => [dataset, new Set(methods.map(({ method }) => method))]),
  );
  const scores = existsSync(folder.scores) ? await openLines(folder.scores) : undefined;
  try {
    for await (const { record, cells: states } of cells.inPlanOrder()) {
      const dataset = titles.get(record.dataset) ?? record.dataset;
      const ofTruth: FolderCell[] = [];
      for (const [m, state] of states.entries()) {
        const model = models[m];
        if (planned.get(dataset)?.has(model) !== true) continue;
        const cell = { model, dataset, id: record.id };
        if (state.kind === 'scored' && scores !== undefined)
          ofTruth.push({ ...(await scores.read(state.place, scoreRecord)), ...cell });
        else if (state.kind !== 'scored')
          ofTruth.push({ ...cell, status: 'failed', failure: failureOf(state) });
      }
      yield ofTruth;
    }
  } finally {
    await scores?.close();
  }
}
