import { randomBytes } from 'node:crypto';
import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFile, syncFolder } from './sync.js';

/** A file that is written beside the place it is for; a killed process leaves it under a name that tells what it is. */
export interface Draft {
  readonly path: string;
  /** The place that it is for. */
  readonly target: string;
}

/** Of this process alone, also where several containers share a folder and count their processes alike. */
const MARK = randomBytes(5).toString('hex');
const ENDING = `.${MARK}.tmp`;

/** What a draft's name has after the name of its file. */
export const DRAFT_ENDING_BYTES = ENDING.length;

/** What such an ending looks like, also of a version that took the process number. */
export const DRAFT_ENDING = /\.[0-9a-f]{1,10}\.tmp$/;

/** Whether a file is a draft of this process. */
export function isOwnDraft(name: string): boolean {
  return name.endsWith(ENDING);
}

export function draftOf(path: string): Draft {
  return { path: `${path}${ENDING}`, target: path };
}

/** Puts a draft in its place, whatever was there. After a power cut there is the one or the other, whole. */
export async function acceptDraft({ path, target }: Draft): Promise<void> {
  await syncFile(path);
  const before = await stat(target).catch(() => undefined);
  if (before !== undefined) await chmod(path, before.mode);
  await rename(path, target);
  await syncFolder(dirname(target));
}

export async function discardDraft({ path }: Draft): Promise<void> {
  await rm(path, { force: true });
}

/**
 * A file in its place, and on the disk, whole or not at all; a link stays one, and who may read the file, may. A pipe or a
 * device (`/dev/null`) is written into: put in its place, a file would take it from the whole system.
 *
 * @param content or what fills the draft
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array | ((draft: string) => Promise<unknown>),
): Promise<void> {
  const write = (to: string): Promise<unknown> =>
    typeof content === 'function' ? content(to) : writeFile(to, content);
  const target = await realpath(path).catch(() => path);
  const there = await stat(target).catch(() => undefined);
  if (there !== undefined && !there.isFile() && !there.isDirectory()) {
    await write(target);
    return;
  }
  const draft = draftOf(target);
  try {
    await write(draft.path);
    await acceptDraft(draft);
  } catch (error) {
    await discardDraft(draft);
    throw error;
  }
}
