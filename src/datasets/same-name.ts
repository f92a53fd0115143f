import { foldName, hintFor } from '../core/names.js';

/** `"cafe\u0301" differs from "caf\u00e9" in its Unicode form alone`, of two names that fold to one. */
export function tellApart(name: string, other: string): string {
  const how = name.normalize('NFC') === other.normalize('NFC') ? 'its Unicode form' : 'case';
  return `${visibleName(name)} differs from ${visibleName(other)} in ${how} alone`;
}

/** In quotes, with every character outside of ASCII by its code: two names that look the same can be told apart. */
function visibleName(name: string): string {
  return JSON.stringify(name).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Finds, of some names, the one that folds to the same as another; the names are only looked at once one is asked for. */
export function nearNames(names: Iterable<string>): (name: string) => string | undefined {
  let folded: ReadonlyMap<string, string> | undefined;
  return (name) => {
    folded ??= new Map([...names].map((one) => [foldName(one), one]));
    return folded.get(foldName(name));
  };
}

/** What to answer to an id in a user's list that no sample has. */
export function hintForId(id: string, ids: Iterable<string>): string {
  const known = [...ids];
  const folded = foldName(id);
  const other = known.find((name) => foldName(name) === folded);
  if (other !== undefined) return tellApart(other, id);
  const bare = known.find((name) => id.startsWith(`${name}.`));
  if (bare !== undefined) return `an id has no extension: "${bare}"`;
  return hintFor(id, known, known.length === 0 ? 'there are none' : `they are called like "${known[0]}"`);
}
