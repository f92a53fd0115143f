import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openJsonl } from './jsonl.js';
import { eachToDisk, syncFile, syncFolder } from './sync.js';
import type { Draft } from './write-whole.js';

/** Whoever writes says before each flush that it still may. */
export interface Held {
  /** @throws MaskbenchError where another process has taken over. */
  assertHeld(): Promise<void>;
}

interface Along {
  /** A file that the record tells of, written and not yet in its place: it gets there first. */
  readonly draft?: Draft;
  /** Called once the record is on the disk, in the order of the records; what it waits for holds up later ones. */
  readonly onDisk?: () => void | Promise<void>;
}

/** Records of a run on their way to its disk. */
export interface DurableLines {
  /** Resolves when there is room for more, and not when the record is on the disk. Rejects once a flush has failed. */
  append(record: unknown, along?: Along): Promise<void>;
  /** Waits until all is on the disk and its `onDisk` is done. */
  flush(): Promise<void>;
  /** As `flush`, and closes the file, which it does in any case. */
  close(): Promise<void>;
  /** For how long callers have waited for the disk, all together at once: milliseconds. */
  blockedMs(): number;
  /** The same for `onDisk`. */
  heldUpMs(): number;
}

/** Records that wait at most, while as many are being flushed. */
const ROOM = 256;

/**
 * Opens a file of lines in which a record counts as there only when a power cut cannot take it back, nor the file that it
 * tells of: drafts are forced to the disk, then put in their places, then their folders forced, then the lines appended
 * and forced. All that comes while one batch is on its way is the next batch, so that whoever computes need not wait.
 */
export async function openDurableLines(path: string, held: Held): Promise<DurableLines> {
  const root = dirname(path);
  const lines = await openJsonl(path, held.assertHeld);
  await syncFolder(root);
  /** Folders of which it is known that their own names, and those of all above them, are on the disk. */
  const named = new Set([root]);
  let waiting: { readonly record: unknown; readonly along: Along }[] = [];
  let failed: { readonly error: unknown } | undefined;
  let isRunning = false;
  /** Callers that wait for room or for all. */
  const blocked = new Set<() => void>();
  let blockedSince = 0;
  let blockedMs = 0;
  let heldUpMs = 0;

  const place = async (drafts: readonly Draft[]): Promise<void> => {
    const folders = new Set(drafts.map(({ target }) => dirname(target)));
    for (const folder of folders)
      for (let at = folder; !named.has(at) && at !== dirname(at); at = dirname(at)) folders.add(dirname(at));
    await Promise.all(drafts.map(({ path: from, target }) => rename(from, target)));
    await eachToDisk(folders, syncFolder);
    for (const folder of folders) named.add(folder);
  };
  const write = async (batch: typeof waiting): Promise<void> => {
    const drafts = batch.flatMap(({ along: { draft } }) => draft ?? []);
    await eachToDisk(drafts, ({ path: draft }) => syncFile(draft));
    await held.assertHeld();
    if (drafts.length > 0) await place(drafts);
    await lines.append(...batch.map(({ record }) => record));
    await lines.sync();
  };
  const release = (): void => {
    for (const goOn of blocked) goOn();
    blocked.clear();
  };
  const nextTurn = async (): Promise<void> => {
    if (blocked.size === 0) blockedSince = performance.now();
    await new Promise<void>((goOn) => blocked.add(goOn));
  };
  const work = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        release();
        const start = performance.now();
        await write(batch);
        const end = performance.now();
        if (blocked.size > 0) blockedMs += end - Math.max(start, blockedSince);
        for (const { along } of batch) await along.onDisk?.();
        if (blocked.size > 0) heldUpMs += performance.now() - Math.max(end, blockedSince);
      }
    } catch (error) {
      failed = { error };
    }
    isRunning = false;
    release();
  };
  const start = (): void => {
    if (isRunning || failed !== undefined || waiting.length === 0) return;
    isRunning = true;
    // What is appended in this turn goes along.
    queueMicrotask(() => void work());
  };
  const isBusy = (): boolean => isRunning;
  const throwIfFailed = (): void => {
    if (failed !== undefined) throw failed.error;
  };
  const flush = async (): Promise<void> => {
    while (isBusy()) await nextTurn();
    throwIfFailed();
  };
  return {
    async append(record, along = {}) {
      throwIfFailed();
      waiting.push({ record, along });
      start();
      while (waiting.length >= ROOM && isBusy()) await nextTurn();
      throwIfFailed();
    },
    flush,
    async close() {
      try {
        await flush();
      } finally {
        await lines.close();
      }
    },
    blockedMs: () => blockedMs,
    heldUpMs: () => heldUpMs,
  };
}
