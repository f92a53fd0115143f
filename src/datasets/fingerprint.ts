import { createHash } from 'node:crypto';
import type { PlannedSample } from '../schema/planned-sample.js';
import { throwIfCancelled } from '../core/cancelled.js';
import type { Sample } from './dataset.js';
import { FRESH_READER, type FileReader, type MaskFileFacts } from './file-reader.js';
import type { Dataset, PassOptions } from './load.js';
import { mapInOrder } from '../core/map-in-order.js';

/** The content of a sample: both files byte by byte, and the image's size after EXIF orientation. */
export type SampleHash = Pick<PlannedSample, 'imageSha256' | 'truthSha256' | 'width' | 'height'>;

/** @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file. */
export async function hashSample(
  { imagePath, truthPath }: Sample,
  files: FileReader = FRESH_READER,
): Promise<{ readonly hash: SampleHash; readonly truth: MaskFileFacts }> {
  const [{ sha256, width, height }, truth] = await Promise.all([
    files.picture(imagePath),
    files.mask(truthPath),
  ]);
  return { hash: { imageSha256: sha256, truthSha256: truth.sha256, width, height }, truth };
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
