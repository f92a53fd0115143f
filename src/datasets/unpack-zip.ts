import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { MaskbenchError } from '../core/errors.js';
import { isDiskFull } from '../core/failure.js';
import { joinInside } from '../core/safe-path.js';
import { throwIfCancelled } from '../core/cancelled.js';
import { systemCode } from '../core/system-code.js';
import { isLitter } from './scan-folder.js';

/** What an archive may come to: so many members, and so many bytes for each of its own, with some for a small one. */
const MOST_MEMBERS = 2_000_000;
const MOST_TIMES = 20;
const SMALL_BYTES = 1e9;

interface UnpackOptions {
  /** Whether a member is unpacked; by default all are. */
  readonly wanted?: (name: string) => boolean;
  /** Members written so far, and how many the archive lists. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

interface Unpacked {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Unpacks a zip archive into a folder, one member after the other. A member that would leave the folder, a link, or a
 * second member of the same name ends it: no honest dataset has them. Neither does one that says it comes to more than
 * twenty times its own size (and 1 GB), which ends it before a byte is written, or a member that comes to more than it says.
 *
 * @throws MaskbenchError `data.unsafe-path`, `data.duplicate`, `data.unreadable`, `disk.full` or `cancelled`.
 */
export async function unpackZip(
  archive: string,
  folder: string,
  { wanted = () => true, onProgress, signal }: UnpackOptions = {},
): Promise<Unpacked> {
  let zip: ZipFile | undefined;
  let [done, files, bytes] = [0, 0, 0];
  try {
    await assertNoBomb(archive, signal);
    zip = await openPromise(archive, { autoClose: false });
    for await (const entry of zip.eachEntry()) {
      throwIfCancelled(signal);
      if (wanted(entry.fileName) && (await unpackEntry(zip, entry, folder, archive, signal))) {
        files++;
        bytes += entry.uncompressedSize;
      }
      onProgress?.(++done, zip.entryCount);
    }
  } catch (error) {
    throw explain(error, archive, signal);
  } finally {
    zip?.close();
  }
  return { files, bytes };
}

async function assertNoBomb(archive: string, signal: AbortSignal | undefined): Promise<void> {
  const { size } = await stat(archive);
  const refuse = (what: string): MaskbenchError =>
    new MaskbenchError('data.unreadable', `the archive of ${size} bytes says it ${what}`, {
      where: archive,
      remedy: 'no real dataset compresses so far; if this is one, unpack it by hand',
    });
  const most = SMALL_BYTES + MOST_TIMES * size;
  const zip = await openPromise(archive, { autoClose: false });
  try {
    if (zip.entryCount > MOST_MEMBERS) throw refuse(`has ${zip.entryCount} members`);
    let bytes = 0;
    for await (const { uncompressedSize } of zip.eachEntry()) {
      throwIfCancelled(signal);
      bytes += uncompressedSize;
      if (bytes > most) throw refuse(`comes to more than ${most} bytes`);
    }
  } finally {
    zip.close();
  }
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  folder: string,
  archive: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const name = entry.fileName;
  if (name.split('/').some((part) => part !== '.' && part !== '..' && isLitter(part))) return false;
  if (isLink(entry)) {
    throw new MaskbenchError('data.unsafe-path', `the archive holds a link, "${name}"`, { where: archive });
  }
  const path = joinInside(folder, name);
  if (name.endsWith('/')) {
    await mkdir(path, { recursive: true });
    return false;
  }
  await mkdir(dirname(path), { recursive: true });
  const content = await zip.openReadStreamPromise(entry);
  await pipeline(content, createWriteStream(path, { flags: 'wx' }), signal === undefined ? {} : { signal });
  return true;
}

/** Unix keeps the file's mode in the upper half of the attributes; 0o120000 is a symbolic link. */
function isLink(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
}

function explain(error: unknown, archive: string, signal: AbortSignal | undefined): unknown {
  throwIfCancelled(signal);
  if (error instanceof MaskbenchError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const details = { where: archive, cause: error };
  if (isDiskFull(error))
    return new MaskbenchError('disk.full', 'no space left for the unpacked files', details);
  if (/^(absolute path|invalid relative path|invalid characters in fileName)/.test(message)) {
    return new MaskbenchError(
      'data.unsafe-path',
      `a member leaves the archive's folder (${message})`,
      details,
    );
  }
  if (systemCode(error) === 'EEXIST') {
    return new MaskbenchError('data.duplicate', 'two members of the archive have the same name', details);
  }
  return new MaskbenchError('data.unreadable', `not a readable zip archive (${message})`, details);
}
