import { basename } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { openBucket, type Bucket } from '../../core/objects/bucket.js';
import { newOwner, ownerText } from '../lock-owner.js';
import { LOCK } from '../lock.js';
import type { Kept, PublishedPart } from '../plan-folder/plan-store.js';
import { runFolder } from '../run-folder.js';
import { openPacker } from './pack-attempt.js';
import type { Part } from './part.js';
import { partKey } from './unpack-attempt.js';

/** Between two words of an attempt that it is still at work. */
export const BUCKET_BEAT_MS = 5000;
/** How long what was done goes to the bucket after an attempt was told to end, or has failed. */
export const GRACE_MS = 20_000;

/**
 * Copies an attempt part by part while it is at work, and says every few seconds that it is.
 *
 * @param name of the bucket
 * @param prefix of the attempt's objects in it
 * @param path of its folder on this machine
 * @param saveMs between two parts
 */
export function keepAttempt(name: string, prefix: string, path: string, saveMs: number): Kept {
  const packer = openPacker(runFolder(path));
  const parts: PublishedPart[] = [];
  let waiting: Part | undefined;
  const save = async (bucket: Bucket, isDone: boolean): Promise<void> => {
    for (;;) {
      // One that could not be put is tried again the next time.
      waiting ??= await packer.next(isDone);
      if (waiting === undefined) return;
      const number = parts.length + 1;
      const index = JSON.stringify(waiting.index);
      await bucket.put(partKey(prefix, number, 'tar'), waiting.tar);
      // What has no index is not there.
      await bucket.put(partKey(prefix, number, 'json'), index);
      parts.push({ bytes: waiting.index.bytes, sha256: sha256(index) });
      waiting = undefined;
    }
  };
  const whileAtWork = openBucket(name);
  const owner = newOwner();
  let beats = 0;
  const beat = async (): Promise<void> => {
    await whileAtWork.put(prefix + LOCK, ownerText(owner, true, ++beats));
  };
  const beating = repeat(beat, BUCKET_BEAT_MS);
  beating.now();
  const saving = repeat(() => save(whileAtWork, false), saveMs);
  return {
    async end(isDone) {
      await saving.end();
      await save(isDone ? whileAtWork : openBucket(name, AbortSignal.timeout(GRACE_MS)), isDone);
      return parts;
    },
    async assertWhole() {
      const there = new Set(await whileAtWork.names(`${prefix}parts/`));
      for (const [i] of parts.entries())
        for (const ending of ['tar', 'json'] as const)
          if (!there.has(basename(partKey(prefix, i + 1, ending))))
            throw new MaskbenchError('run.lost', `part ${i + 1} of this attempt was removed meanwhile`, {
              where: path,
              remedy: 'the same command works on the shard once more',
            });
    },
    async release() {
      await beating.end();
      await openBucket(name, AbortSignal.timeout(GRACE_MS)).remove(prefix + LOCK);
    },
  };
}

/** Does something again and again, never twice at once; what fails is tried again at its next turn. */
function repeat(act: () => Promise<void>, everyMs: number): { now(): void; end(): Promise<void> } {
  let acting: Promise<void> | undefined;
  const turn = (): void => {
    acting ??= act()
      .catch(() => undefined)
      .finally(() => {
        acting = undefined;
      });
  };
  const timer = setInterval(turn, everyMs).unref();
  return {
    now: turn,
    async end() {
      clearInterval(timer);
      await acting;
    },
  };
}
