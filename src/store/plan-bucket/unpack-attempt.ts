import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import type { Bucket } from '../../core/objects/bucket.js';
import { joinInside } from '../../core/safe-path.js';
import { discardDraft, draftOf } from '../../core/write-whole.js';
import type { PublishedPart } from '../plan-folder/plan-store.js';
import { partIndex, type PartEntry } from './part.js';

/** Parts of an attempt, numbered from 1. */
export function partKey(attempt: string, number: number, ending: 'tar' | 'json'): string {
  return `${attempt}parts/${String(number).padStart(6, '0')}.${ending}`;
}

interface Place {
  readonly part: number;
  readonly entry: PartEntry;
}

/**
 * Brings an attempt out of a bucket into a folder, reading of each tar the stretch that is not there yet; a matte is there whole or not
 * at all.
 *
 * @param attempt its prefix, with a slash at the end
 * @param published its parts where it was published: then all of them must be there and as they were. Otherwise it may have been killed at any
 *   moment, and what comes before the first part that is missing or damaged is brought.
 * @throws MaskbenchError `run.damaged`, naming what
 */
export async function unpackAttempt(
  bucket: Bucket,
  attempt: string,
  folder: string,
  published?: readonly PublishedPart[],
): Promise<void> {
  const places = new Map<string, Place>();
  const most = published?.length ?? Number.POSITIVE_INFINITY;
  for (let part = 1; part <= most; part++) {
    const json = await bucket.get(partKey(attempt, part, 'json'));
    if (json === undefined && published === undefined) break;
    if (published !== undefined && (json === undefined || sha256(json) !== published[part - 1]?.sha256))
      throw torn(
        folder,
        part,
        json === undefined ? 'its index is gone' : 'its index is not as it was published',
      );
    const index = partIndex.safeParse(parsed(json));
    if (!index.success) break;
    // What comes later is what holds: a cell may have been predicted again.
    for (const entry of index.data.entries)
      places.set(entry.at === undefined ? entry.file : `${entry.file}@${entry.at}`, { part, entry });
    for (const file of index.data.gone ?? []) places.delete(file);
  }
  const byPart = new Map<number, PartEntry[]>();
  for (const { part, entry } of places.values())
    if (!(await isThere(folder, entry))) byPart.set(part, [...(byPart.get(part) ?? []), entry]);
  for (const [part, entries] of [...byPart].sort(([a], [b]) => a - b)) {
    const fault = await unpack(bucket, partKey(attempt, part, 'tar'), folder, entries);
    if (fault === undefined) continue;
    if (published !== undefined) throw torn(folder, part, fault);
    return;
  }
}

/** @returns what is wrong with the tar, if anything is */
async function unpack(
  bucket: Bucket,
  key: string,
  folder: string,
  entries: readonly PartEntry[],
): Promise<string | undefined> {
  const from = Math.min(...entries.map(({ offset }) => offset));
  const to = Math.max(from + 1, ...entries.map(({ offset, bytes }) => offset + bytes));
  const read = await bucket.get(key, { from, to });
  if (read === undefined) return 'its tar is gone';
  for (const { file, at, offset, bytes, sha256: wanted } of entries) {
    const content = read.subarray(offset - from, offset - from + bytes);
    if (content.length !== bytes || sha256(content) !== wanted)
      return `its tar is torn, or is another one: ${file}`;
    const path = joinInside(folder, file);
    await mkdir(dirname(path), { recursive: true });
    if (at === undefined) await putFile(path, content);
    else await putPiece(path, content, at);
  }
  return undefined;
}

async function putFile(path: string, content: Buffer): Promise<void> {
  const draft = draftOf(path);
  try {
    await writeFile(draft.path, content);
    await rename(draft.path, path);
  } finally {
    await discardDraft(draft);
  }
}

async function putPiece(path: string, content: Buffer, at: number): Promise<void> {
  const file = await open(path, 'a').then((made) => made.close().then(() => open(path, 'r+')));
  try {
    await file.write(content, 0, content.length, at);
  } finally {
    await file.close();
  }
}

/** Of pieces of files that is not known. */
async function isThere(folder: string, { file, at, bytes }: PartEntry): Promise<boolean> {
  if (at !== undefined || !file.endsWith('.png')) return false;
  return (await stat(joinInside(folder, file)).catch(() => undefined))?.size === bytes;
}

function parsed(json: Buffer | undefined): unknown {
  try {
    return JSON.parse(json?.toString() ?? '');
  } catch {
    return undefined;
  }
}

function torn(where: string, part: number, how: string): MaskbenchError {
  return new MaskbenchError('run.damaged', `part ${part} of the attempt is not as it was published: ${how}`, {
    where,
    remedy: 'restore it, or work on the shard again with --again',
  });
}
