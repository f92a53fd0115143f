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
  const lines = lineStore();
  // Nearly always they come in order, and then the digest is there with the last one.
  const inOrder = createHash('sha256');
  let last = '';
  let isSorted = true;
  return {
    add(id, { imageSha256, truthSha256, width, height }) {
      // JSON keeps the fields apart, whatever characters an id has.
      const line = JSON.stringify([id, imageSha256, truthSha256, width, height]);
      isSorted &&= last <= line;
      last = line;
      if (isSorted) inOrder.update(`${line}\n`);
      lines.add(line);
    },
    digest() {
      if (isSorted) return inOrder.copy().digest('hex');
      const hash = createHash('sha256');
      for (const line of lines.all().sort()) hash.update(`${line}\n`);
      return hash.digest('hex');
    },
  };
}

const BLOCK_BYTES = 1 << 20;

/** Lines as they would stand in a file: very many strings would fill the collector's heap. */
function lineStore(): { add(line: string): void; all(): string[] } {
  const blocks: { readonly bytes: Buffer; used: number }[] = [];
  return {
    add(line) {
      const text = `${line}\n`;
      let block = blocks.at(-1);
      // A character has three bytes at most.
      if (block === undefined || block.used + 3 * text.length > block.bytes.length) {
        block = { bytes: Buffer.allocUnsafe(Math.max(BLOCK_BYTES, 3 * text.length)), used: 0 };
        blocks.push(block);
      }
      block.used += block.bytes.write(text, block.used);
    },
    all: () => blocks.flatMap(({ bytes, used }) => bytes.toString('utf8', 0, used).split('\n').slice(0, -1)),
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
