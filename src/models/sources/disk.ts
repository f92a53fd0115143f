import { statfs } from 'node:fs/promises';
import { MaskbenchError } from '../../core/errors.js';
import { isDiskFull } from '../../core/failure.js';

/** @throws MaskbenchError `disk.full` if the folder's file system has less than `bytes` left. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const stats = await statfs(folder).catch(() => undefined);
  if (stats === undefined) return; // not every file system tells; then the write itself finds out
  const free = stats.bavail * stats.bsize;
  if (free < bytes) throw diskFull(folder, bytes, free);
}

/** A write's failure as `disk.full` where it was that, else unchanged. */
export function asDiskFull(error: unknown, folder: string, bytes: number | undefined): unknown {
  return isDiskFull(error) ? diskFull(folder, bytes, undefined, error) : error;
}

function diskFull(
  folder: string,
  bytes: number | undefined,
  free: number | undefined,
  cause?: unknown,
): MaskbenchError {
  const needed = bytes === undefined ? '' : `: ${bytes} bytes more are needed`;
  const left = free === undefined ? '' : `, ${free} are free`;
  return new MaskbenchError('disk.full', `no space left${needed}${left}`, {
    where: folder,
    remedy: 'make room there, or set MASKBENCH_CACHE to a folder on a larger disk',
    cause,
  });
}
