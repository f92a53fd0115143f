import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { toError } from '../../core/failure.js';
import { joinInside } from '../../core/safe-path.js';
import { listMasksOrNone, maskOf } from '../../datasets/masks-in-folder.js';
import { readableOf, stemOf, type NamePattern } from '../../datasets/pair-names.js';
import { nearNames, tellApart } from '../../datasets/same-name.js';
import type { PlannedSample } from '../../schema/planned-sample.js';

/** Where a mask is looked for in a folder whose names are not said. */
const USUAL = ['{dataset}/{id}', '{id}', '{stem}'] as const;

const ANY = { prefix: '', suffix: '' };

export type Named = Pick<PlannedSample, 'dataset' | 'id'>;

/** The file of a sample's mask. @throws MaskbenchError `data.*`, why there can be none. */
export type MaskPathOf = (sample: Named) => string;

/** A folder of masks: `<prefix><id><suffix><extension>`, in folders below it where the id has some. */
type MaskFolder = NamePattern & { readonly path: string };

/**
 * Lists folders of masks by dataset; one that is not there has no masks.
 *
 * @param base what relative paths start from
 */
export async function openMaskFolders(
  folders: Readonly<Record<string, MaskFolder>>,
  base: string,
): Promise<MaskPathOf> {
  const listed = await Promise.all(
    Object.entries(folders).map(
      async ([dataset, { path, ...pattern }]) =>
        [dataset, await listMasksOrNone(resolve(base, path), pattern, true)] as const,
    ),
  );
  const byDataset = new Map(listed);
  return ({ dataset, id }) => {
    const masks = byDataset.get(dataset);
    if (masks === undefined)
      throw new MaskbenchError('data.missing', `no folder of masks is named for dataset "${dataset}"`);
    const mask = maskOf(masks, id, 'prediction');
    if (mask.kind === 'none') throw toError(mask.failure);
    return mask.path;
  };
}

/**
 * Where masks lie. A folder alone is searched for the usual names with any image's extension; each folder in it is listed
 * once.
 *
 * @param pattern an absolute path with `{dataset}`, `{id}` and `{stem}` (the id's last part), or a folder.
 * @returns what throws `data.unsafe-path` for an id that would leave the pattern's folder, `data.duplicate` for two files
 * of one name, and `data.missing` where one of nearly this name is there.
 */
export function maskPathsOf(pattern: string): MaskPathOf {
  if (pattern.includes('{')) {
    const folder = dirname(`${pattern.slice(0, pattern.indexOf('{'))}x`);
    return (sample) => joinInside(folder, fill(pattern.slice(folder.length + 1), sample));
  }
  const listed = new Map<string, MaskNames>();
  const listedIn = (folder: string): MaskNames => {
    const names = listed.get(folder) ?? listMaskNames(folder);
    listed.set(folder, names);
    return names;
  };
  const namesOf = (path: string): readonly string[] =>
    readableOf(listedIn(dirname(path)).byStem.get(basename(path)) ?? []);
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
    for (const path of usual) {
      const near = listedIn(dirname(path)).near(basename(path));
      if (near === undefined) continue;
      throw new MaskbenchError('data.missing', `no mask; ${tellApart(near, basename(path))}`, {
        where: dirname(path),
      });
    }
    return `${usual[0]}.png`;
  };
}

interface MaskNames {
  readonly byStem: ReadonlyMap<string, readonly string[]>;
  near(stem: string): string | undefined;
}

function listMaskNames(folder: string): MaskNames {
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
  return { byStem, near: nearNames(byStem.keys()) };
}

function fill(pattern: string, { dataset, id }: Named): string {
  const stem = id.slice(id.lastIndexOf('/') + 1);
  const values: Readonly<Record<string, string>> = { dataset, id, stem };
  return pattern.replaceAll(/\{(dataset|id|stem)\}/g, (_match, key: string) => values[key] ?? '');
}
