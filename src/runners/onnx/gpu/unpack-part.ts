import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
import { hashFile } from '../../../core/hash-file.js';
import { syncFile } from '../../../core/sync.js';
import { unpackZip } from '../../../datasets/unpack-zip.js';
import { ownedName } from '../../../models/sources/owner.js';
import { placeWhole } from '../../../models/sources/whole-folder.js';
import { isLibrary } from './installed.js';

interface Unpacking {
  /** A folder for drafts on the same disk. */
  readonly temporary: string;
  readonly signal?: AbortSignal | undefined;
}

/** Sums of a part's files, as `sha256sum --check` reads them. */
export const SUMS = 'SHA256SUMS';

/** Shared libraries, without ONNX Runtime itself and Python's modules, and what they are licensed under. */
function isKept(name: string): boolean {
  const file = name.split('/').at(-1) ?? '';
  if (/^(licen[sc]e|third-?party-?notices)/i.test(file)) return true;
  return file.startsWith('lib') && isLibrary(file) && !file.startsWith('libonnxruntime.so');
}

/** Unpacks the libraries of an archive to their place in the cache. @throws MaskbenchError `data.*`, `disk.full`, `cancelled`. */
export async function unpackPart(archive: string, place: string, unpacking: Unpacking): Promise<void> {
  const { temporary, signal } = unpacking;
  await makePart(place, temporary, async (draft) => {
    await unpackZip(archive, draft, { wanted: isKept, ...(signal === undefined ? {} : { signal }) });
  });
}

/** A part of the installation, filled in elsewhere on the disk. @throws MaskbenchError `data.missing` where no library came of it. */
export async function makePart(
  place: string,
  temporary: string,
  fill: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = join(temporary, ownedName('part', 'dir'));
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    const contents: Record<string, number> = {};
    const sums: string[] = [];
    for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = relative(draft, path);
      sums.push(`${await hashFile(path)}  ${name}\n`);
      contents[name] = (await stat(path)).size;
      await syncFile(path);
    }
    if (!Object.keys(contents).some(isLibrary)) {
      throw new MaskbenchError('data.missing', 'there is no shared library in it', { where: place });
    }
    await writeFile(join(draft, SUMS), sums.sort().join(''));
    await placeWhole(draft, place, contents);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
