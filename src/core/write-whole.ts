import { rename, rm } from 'node:fs/promises';

/** A file that is written beside the place it is for; a killed process leaves it under a name that tells what it is. */
interface Draft {
  readonly path: string;
  /** Puts the draft in its place, whatever was there. */
  accept(): Promise<void>;
  discard(): Promise<void>;
}

/** What a draft's name has after the name of its file, at most: a process number of 32 bits. */
export const DRAFT_ENDING_BYTES = '.4294967295.tmp'.length;

export function draftOf(path: string): Draft {
  const temporary = `${path}.${process.pid}.tmp`;
  return {
    path: temporary,
    accept: () => rename(temporary, path),
    discard: () => rm(temporary, { force: true }),
  };
}

/** A file in its place whole or not at all: `write` fills the draft. */
export async function writeWhole(path: string, write: (draft: string) => Promise<unknown>): Promise<void> {
  const draft = draftOf(path);
  try {
    await write(draft.path);
    await draft.accept();
  } catch (error) {
    await draft.discard();
    throw error;
  }
}
