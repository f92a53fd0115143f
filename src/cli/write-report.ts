import writeFileAtomic from 'write-file-atomic';
import { MaskbenchError } from '../core/errors.js';
import { isDiskFull } from '../core/failure.js';

/** Writes a rendered report whole or not at all. */
export async function writeReport(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(path, typeof content === 'string' ? content : Buffer.from(content));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MaskbenchError(isDiskFull(cause) ? 'disk.full' : 'usage', `cannot write: ${reason}`, {
      where: path,
      cause,
    });
  }
}
