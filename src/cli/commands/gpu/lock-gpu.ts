import { mkdir } from 'node:fs/promises';
import { escapeControls } from '../../../core/errors.js';
import type { CliContext } from '../../context.js';

/** Whoever installs at the same time fetches for us as well. */
const WAIT_MS = 30 * 60_000;

/**
 * Runs something that changes what is installed for graphics cards, one process at a time.
 *
 * @throws MaskbenchError `run.locked`, or what the work throws.
 */
export async function withGpuLock<T>(
  { env, err, signal }: CliContext,
  work: (home: string) => Promise<T>,
): Promise<T> {
  const { resolveCacheDir } = await import('../../../core/cache-folder.js');
  const { explainCacheError } = await import('../../../models/sources/ensure-file.js');
  const { gpuHome } = await import('../../../runners/onnx/gpu/installed.js');
  const { lockRun } = await import('../../../store/lock.js');
  const cacheDir = resolveCacheDir(undefined, env);
  const home = gpuHome(cacheDir);
  const onWait = (message: string): void => err(`warning: ${escapeControls(message)}\n`);
  try {
    await mkdir(home, { recursive: true });
    const lock = await lockRun(home, { what: 'the CUDA libraries', waitMs: WAIT_MS, signal, onWait });
    try {
      return await work(home);
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw explainCacheError(error, cacheDir);
  }
}
