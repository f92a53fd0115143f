import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PlannedSample } from '../schema/planned-sample.js';
import { readImageSize } from '../image/codec.js';
import { throwIfCancelled } from '../core/cancelled.js';
import type { Sample } from './dataset.js';
import { hashFile } from '../core/hash-file.js';
import { unreadable } from '../core/unreadable.js';
import { sha256 } from '../core/hash.js';
import { maskHeaderOf, type MaskHeader } from '../image/mask-header.js';
import type { Dataset, PassOptions } from './load.js';
import { mapInOrder } from '../core/map-in-order.js';

/** The content of a sample: both files byte by byte, and the image's size after EXIF orientation. */
export type SampleHash = Pick<PlannedSample, 'imageSha256' | 'truthSha256' | 'width' | 'height'>;

/** @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file. */
export async function hashSample({
  imagePath,
  truthPath,
}: Sample): Promise<{ readonly hash: SampleHash; readonly truthHeader: MaskHeader }> {
  const [imageSha256, truth, { width, height }] = await Promise.all([
    hashFile(imagePath),
    hashMask(truthPath),
    readImageSize(imagePath),
  ]);
  return { hash: { imageSha256, truthSha256: truth.sha256, width, height }, truthHeader: truth.header };
}

/** A mask's bytes and how it is stored, read once. @throws MaskbenchError `data.missing` or `data.unreadable`. */
export async function hashMask(
  path: string,
): Promise<{ readonly sha256: string; readonly header: MaskHeader }> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return { sha256: sha256(bytes), header: maskHeaderOf(bytes) };
}

/** Collects samples in any order into one fingerprint. */
interface FingerprintBuilder {
  add(id: string, hash: SampleHash): void;
  /** Hexadecimal SHA-256 over the sorted lines `["<id>","<image sha256>","<truth sha256>",<width>,<height>]`. */
  digest(): string;
}

/** Equal ids, contents and sizes give an equal fingerprint, whatever the order, the folder or the file dates. */
export function createFingerprint(): FingerprintBuilder {
  const lines: string[] = [];
  return {
    add(id, { imageSha256, truthSha256, width, height }) {
      // JSON keeps the fields apart, whatever characters an id has.
      lines.push(JSON.stringify([id, imageSha256, truthSha256, width, height]));
    },
    digest() {
      const hash = createHash('sha256');
      for (const line of [...lines].sort()) hash.update(`${line}\n`);
      return hash.digest('hex');
    },
  };
}

/**
 * The fingerprint of all samples of a dataset. Problem entries are no part of it; the first sample that cannot be read
 * ends it with an error, since a fingerprint of the rest would pass for that of the whole.
 *
 * @throws MaskbenchError `data.missing`, `data.empty`, `data.unreadable` or `cancelled`.
 */
export async function fingerprintDataset(
  dataset: Pick<Dataset, 'entries'>,
  { width = 4, onProgress, signal }: PassOptions = {},
): Promise<{ readonly fingerprint: string; readonly samples: number }> {
  const builder = createFingerprint();
  let samples = 0;
  const hashed = mapInOrder(dataset.entries(), width, async (entry) =>
    entry.kind === 'sample' ? { id: entry.sample.id, ...(await hashSample(entry.sample)) } : undefined,
  );
  for await (const one of hashed) {
    throwIfCancelled(signal);
    if (one === undefined) continue;
    builder.add(one.id, one.hash);
    samples++;
    onProgress?.(samples);
  }
  return { fingerprint: builder.digest(), samples };
}
