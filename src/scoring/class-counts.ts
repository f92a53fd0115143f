import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { MaskbenchError } from '../core/errors.js';
import type { ClassCounts } from '../metrics/joint-histogram.js';

const NUMBERS = 3 * 256;

/**
 * The counts as text for a record, 0.1 to 3 kB: 32-bit little-endian, deflated, base64. With them a cell's curves over
 * all thresholds can be drawn long after its images are gone.
 */
export function packCounts(counts: ClassCounts): string {
  const bytes = new DataView(new ArrayBuffer(4 * NUMBERS));
  for (let i = 0; i < NUMBERS; i++) bytes.setUint32(4 * i, counts[i], true);
  return deflateRawSync(new Uint8Array(bytes.buffer)).toString('base64');
}

/** @throws MaskbenchError `data.unreadable` on anything that `packCounts` did not write. */
export function unpackCounts(text: string): ClassCounts {
  try {
    const bytes = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: 4 * NUMBERS });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Uint32Array.from({ length: NUMBERS }, (_, i) => view.getUint32(4 * i, true));
  } catch (cause) {
    throw new MaskbenchError('data.unreadable', 'not the counts of a score record', { cause });
  }
}
