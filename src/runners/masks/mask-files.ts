import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { toError } from '../../core/failure.js';
import { joinInside } from '../../core/safe-path.js';
import { listMasksOrNone, maskOf } from '../../datasets/masks-in-folder.js';
import { readableOf, stemOf, type NamePattern } from '../../datasets/pair-names.js';
import type { PlannedSample } from '../../schema/planned-sample.js';

/** Where a mask is looked for in a folder whose names are not said. */
const USUAL = ['{dataset}/{id}', '{id}', '{stem}'] as const;

const ANY = { prefix: '', suffix: '' };

type Named = Pick<PlannedSample, 'dataset' | 'id'>;

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

/** Milliseconds of a sample's prediction, if the side file has them. */
export type TimeOf = (sample: Named) => number | undefined;

/**
 * Reads the times that came along with masks made elsewhere: CSV with a header `id,ms` or `dataset,id,ms`, in any order.
 *
 * @throws MaskbenchError `data.missing`, or `data.unreadable` naming file and line.
 */
export async function readMaskTimes(path: string): Promise<TimeOf> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MaskbenchError('data.missing', 'the file of times cannot be read', { where: path, cause });
  });
  const [header = '', ...lines] = text.split(/\r?\n/);
  const columns = cells(header).map((name) => name.toLowerCase());
  const [dataset, id, ms] = ['dataset', 'id', 'ms'].map((name) => columns.indexOf(name));
  if (id < 0 || ms < 0) throw wrong(path, 1, `its columns are ${columns.join(', ')}`);
  const times = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const row = cells(line);
    const value = Number(row[ms]);
    if (row[ms] === undefined || row[ms] === '' || !Number.isFinite(value) || value < 0) {
      throw wrong(path, i + 2, `"${row[ms] ?? ''}" is no time in milliseconds`);
    }
    times.set(dataset < 0 ? (row[id] ?? '') : `${row[dataset]}/${row[id]}`, value);
  }
  return (sample) => times.get(dataset < 0 ? sample.id : `${sample.dataset}/${sample.id}`);
}

/** The fields of a line; one in quotes may hold commas, and two quotes stand for one. */
function cells(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? '').trim(),
  );
}

function wrong(path: string, line: number, message: string): MaskbenchError {
  return new MaskbenchError('data.unreadable', message, {
    where: `${path}:${line}`,
    remedy: 'expected a header with id and ms (and dataset), then a line a prediction',
  });
}
