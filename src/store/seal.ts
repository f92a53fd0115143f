import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { syncFolder } from '../core/sync.js';
import { ownVersion } from '../core/package-root.js';
import { count, text, type Document } from '../schema/basics.js';
import { cellCounts } from '../schema/evidence.js';
import { readDocument } from './read-document.js';
import { writeJson, type RunFolder } from './run-folder.js';

/** Version of seal.json; a reader refuses a later one. */
const SEAL_VERSION = 1;

export const sealedFile = z.object({
  bytes: count,
  sha256: text,
  lines: z.exactOptional(count).describe('Of a file of lines.'),
});
export type SealedFile = Document<typeof sealedFile>;

export const runSealSchema = z
  .object({
    schemaVersion: z.literal(SEAL_VERSION),
    maskbenchVersion: text.describe('Of the Maskbench that sealed.'),
    later: z
      .exactOptional(z.literal(true))
      .describe('Sealed after the run, by what was found then; absent where the run itself did it.'),
    cells: cellCounts.describe('Every planned cell is scored or failed.'),
    files: z
      .record(text, sealedFile)
      .describe('Every file of the run by name; mattes are covered by their digests in predictions.jsonl.'),
    root: text.describe(
      'SHA-256 of all the other members as JSON without spaces, keys in order at any depth.',
    ),
  })
  .meta({
    title: 'Maskbench seal',
    description: 'What a finished run came to, file by file: seal.json of a run folder (docs/evidence.md).',
  });
/** The index of a finished run. */
export type RunSeal = Document<typeof runSealSchema>;

/** The digest of all that a seal says. */
function rootOf({ root: _root, ...rest }: Omit<RunSeal, 'root'> & { readonly root?: string }): string {
  return sha256(canonicalJson(rest));
}

/**
 * The seal of a run, if it has one, by itself: what it says of the files is compared by whoever reads these.
 *
 * @throws MaskbenchError `run.damaged` if its root is that of another seal; as `readDocument`.
 */
export async function readSeal({ seal: path }: RunFolder): Promise<RunSeal | undefined> {
  if (!existsSync(path)) return undefined;
  const seal = await readDocument(path, runSealSchema, {
    versions: { schemaVersion: SEAL_VERSION },
    missing: { message: 'no seal', where: path },
    remedy: 'the seal was edited or damaged: restore it, or make the run again',
  });
  if (rootOf(seal) === seal.root) return seal;
  throw new MaskbenchError('run.damaged', 'its root is not the digest of what it says', {
    where: path,
    remedy: 'the seal was edited or damaged: restore it, or make the run again',
  });
}

/** Seals a run, as its last step: whole or not at all, and on the disk. */
export async function writeSeal(
  folder: RunFolder,
  { cells, files }: Pick<RunSeal, 'cells' | 'files'>,
  later: boolean,
): Promise<RunSeal> {
  const said = {
    schemaVersion: SEAL_VERSION,
    maskbenchVersion: ownVersion(),
    ...(later ? { later: true as const } : {}),
    cells,
    files,
  } as const;
  const seal: RunSeal = { ...said, root: rootOf(said) };
  await writeJson(folder.seal, seal);
  return seal;
}

/** Before anything of a run is changed: from here on it is unfinished, until it is sealed again. */
export async function removeSeal(folder: RunFolder): Promise<void> {
  await rm(folder.seal, { force: true });
  await syncFolder(folder.path);
}
