import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadMessage } from '../child/messages.js';
import { startTimedProcess, type TimedProcess } from './timed-process.js';

/**
 * A timed process whose predictions begin with a picture's file and end with a matte's, so that they compare with those of a program.
 *
 * @throws MaskbenchError as `startTimedProcess` does.
 */
export async function startFileToFile(load: LoadMessage, signal: AbortSignal): Promise<TimedProcess> {
  const filesIn = await mkdtemp(join(tmpdir(), 'maskbench-time-'));
  const remove = (): Promise<void> => rm(filesIn, { recursive: true, force: true });
  const process = await startTimedProcess(load, signal).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    ...process,
    hasBareLoop: false,
    measure: (request) => process.measure({ ...request, filesIn }),
    async stop() {
      await process.stop();
      await remove();
    },
  };
}
