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

/** Names told of files that were left out. */
const NAMED = 3;

/** `2 files are left out, because their names match no pair: "a.dat" and "b.dat"`. */
export function leftOutMessage(names: readonly string[]): string {
  const named = names.slice(0, NAMED).map((name) => `"${name}"`);
  const rest = names.length > NAMED ? [`${names.length - NAMED} more`] : [];
  const list = [...named, ...rest];
  const last = list.pop() ?? '';
  const files = names.length === 1 ? 'a file is' : `${names.length} files are`;
  return `${files} left out, because their names match no pair: ${list.length === 0 ? last : `${list.join(', ')} and ${last}`}`;
}
