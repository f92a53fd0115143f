import type { DatasetEntry, DatasetProblem } from './dataset.js';

/** An entry that says by name what is wrong with a file or folder of a dataset. */
export function problemEntry(
  dataset: string,
  id: string,
  code: DatasetProblem['code'],
  path: string,
  message: string,
): DatasetEntry {
  return { kind: 'problem', problem: { dataset, id, code, path, message } };
}
