import { distance } from 'fastest-levenshtein';
import { MaskbenchError, type ErrorCode } from './errors.js';

/**
 * What to answer to a name that is not among those that are there: the nearest, or else something in its place (by
 * default all of them).
 */
export function hintFor(
  name: string,
  names: readonly string[],
  otherwise = `there are ${names.join(', ') || 'none'}`,
): string {
  const near = nearest(name, names);
  return near === undefined ? otherwise : `did you mean "${near}"?`;
}

/** The error for a name that is not among those that are there: `unknown dataset "x"; did you mean "y"?`. */
export function unknownName(
  complaint: string,
  name: string,
  names: readonly string[],
  more: { readonly where?: string; readonly otherwise?: string; readonly code?: ErrorCode } = {},
): MaskbenchError {
  const remedy = hintFor(name, names, more.otherwise);
  const { where, code = 'config.unknown-name' } = more;
  return new MaskbenchError(code, `${complaint} "${name}"`, {
    remedy,
    ...(where === undefined ? {} : { where }),
  });
}

/**
 * Of the items that are there those that are wanted by name, in the order in which they are there; all where nobody asks.
 *
 * @throws MaskbenchError `config.unknown-name` with the complaint for a name that is not there.
 */
export function choose<T>(
  complaint: string,
  items: readonly T[],
  nameOf: (item: T) => string,
  wanted: readonly string[] | undefined,
): readonly T[] {
  if (wanted === undefined) return items;
  const names = items.map(nameOf);
  for (const name of wanted) if (!names.includes(name)) throw unknownName(complaint, name, names);
  return items.filter((item) => wanted.includes(nameOf(item)));
}

const ASCII = /^[\x20-\x7e]*$/;

/** What names have in common that differ in case or Unicode form alone: one file on some file systems, and to the eye. */
export function foldName(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase();
  const folded = Array.from(name.normalize('NFC'), (letter) =>
    // Letter by letter, since a word's last sigma has a small form of its own; no system takes a dotless i for an i.
    letter === '\u0131' ? letter : letter.toLowerCase().toUpperCase().toLowerCase(),
  );
  return folded.join('').normalize('NFC');
}

/** The candidate within a third of the word's length in edits, if any; short words differ by one, or by two letters exchanged. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  const isShort = word.length <= 4;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (isShort && d > 1 && !areExchanged(word, candidate)) continue;
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

/** Whether two neighbouring letters are all that differs. */
function areExchanged(word: string, candidate: string): boolean {
  const [a, b] = [word.toLowerCase(), candidate.toLowerCase()];
  const i = a.split('').findIndex((letter, at) => letter !== b[at]);
  return `${a.slice(0, i)}${a[i + 1] ?? ''}${a[i] ?? ''}${a.slice(i + 2)}` === b;
}
