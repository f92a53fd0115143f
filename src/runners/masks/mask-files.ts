import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { joinInside } from '../../core/safe-path.js';
import { readableOf, stemOf } from '../../datasets/pair-names.js';
import type { PlannedSample } from '../../schema/planned-sample.js';

/** Where a mask is looked for in a folder whose names are not said. */
const USUAL = ['{dataset}/{id}', '{id}', '{stem}'] as const;

const ANY = { prefix: '', suffix: '' };

export type Named = Pick<PlannedSample, 'dataset' | 'id'>;

/** The file of a sample's mask, there or not. @throws MaskbenchError, see `maskPathsOf`. */
export type MaskPathOf = (sample: Named) => string;

/**
 * Where masks lie. A folder alone is searched for the usual names with any image's extension; each folder in it is listed
 * once.
 *
 * @param pattern an absolute path with `{dataset}`, `{id}` and `{stem}` (the id's last part), or a folder.
 * @returns what throws `data.unsafe-path` for an id that would leave the pattern's folder, and `data.duplicate` for two
 * files of one name.
 */
export function maskPathsOf(pattern: string): MaskPathOf {
  if (pattern.includes('{')) {
    const folder = dirname(`${pattern.slice(0, pattern.indexOf('{'))}x`);
    return (sample) => joinInside(folder, fill(pattern.slice(folder.length + 1), sample));
  }
  const listed = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const namesOf = (path: string): readonly string[] => {
    const folder = dirname(path);
    const names = listed.get(folder) ?? listMaskNames(folder);
    listed.set(folder, names);
    return readableOf(names.get(basename(path)) ?? []);
  };
  return (sample) => {
    const usual = USUAL.map((names) => joinInside(pattern, fill(names, sample)));
    for (const path of usual) {
      const [name, other] = namesOf(path);
      if (other !== undefined) {
        throw new MaskbenchError('data.duplicate', `"${name}" and "${other}" are masks of one image`, {
          where: dirname(path),
          remedy: 'keep one of them, or write the path with its extension: {id}.png',
        });
      }
      if (name !== undefined) return join(dirname(path), name);
    }
    return `${usual[0]}.png`;
  };
}

function listMaskNames(folder: string): ReadonlyMap<string, readonly string[]> {
  const byStem = new Map<string, string[]>();
  let names: readonly string[] = [];
  try {
    names = readdirSync(folder).sort();
  } catch {
    // No such folder: there is no mask in it.
  }
  for (const name of names) {
    const stem = stemOf(name, ANY);
    if (stem === undefined) continue;
    byStem.set(stem, [...(byStem.get(stem) ?? []), name]);
  }
  return byStem;
}

function fill(pattern: string, { dataset, id }: Named): string {
  const stem = id.slice(id.lastIndexOf('/') + 1);
  const values: Readonly<Record<string, string>> = { dataset, id, stem };
  return pattern.replaceAll(/\{(dataset|id|stem)\}/g, (_match, key: string) => values[key] ?? '');
}
