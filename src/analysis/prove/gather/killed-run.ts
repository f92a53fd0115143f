import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MaskbenchError } from '../../../core/errors.js';
import { formatDevice } from '../../../runners/device.js';
import { throwIfCancelled } from '../../../core/cancelled.js';
import { readEvidence } from '../../../store/evidence.js';
import { readManifest, runFolder } from '../../../store/run-folder.js';
import { gatherer, type Prepared } from '../artifacts.js';
import { compareMattes, mattesOf } from './mattes.js';

/** So often it is looked whether the first prediction is there, milliseconds. */
const LOOK_EVERY_MS = 5;

/** Starts a run in a process of its own, kills that in the middle (SIGKILL), and has another one resume it. */
export const killedRun = gatherer(
  'killed',
  'a run that is killed and resumed',
  ['timed'],
  async (request, { timed }) => {
    const folder = join(request.scratch, 'killed');
    const { exit, kill, said } = request.start(argumentsOf(request, folder, timed.summary.models));
    const ended = exit.then(() => true);
    try {
      let isOver = false;
      while (!isOver && (await mattesOf(folder)).size === 0) {
        throwIfCancelled(request.signal);
        isOver = await Promise.race([ended, sleep(LOOK_EVERY_MS, false)]);
      }
    } finally {
      kill();
    }
    const status = await exit;
    const before = await mattesOf(folder);
    if (before.size === 0) {
      const message = `a run in a process of its own ended with ${status}: ${said()}`;
      throw new MaskbenchError('runner.crashed', message);
    }
    const resumed = request.start(['resume', folder, '--offline']);
    const stop = (): void => resumed.kill();
    request.signal.addEventListener('abort', stop, { once: true });
    const resumedStatus = await resumed.exit;
    request.signal.removeEventListener('abort', stop);
    throwIfCancelled(request.signal);
    const after = await mattesOf(folder);
    const place = runFolder(folder);
    const evidence = await readEvidence(place, await readManifest(place));
    const kept = [...before].filter(
      ([cell, { matteSha256 }]) => after.get(cell)?.matteSha256 === matteSha256,
    );
    return {
      planned: timed.summary.cells.planned,
      doneBefore: before.size,
      kept: kept.length,
      doneAfter: after.size,
      status: resumedStatus,
      said: resumed.said(),
      evidence,
      mattes: await compareMattes(timed, { folder, mattes: after }),
    };
  },
);

function argumentsOf(
  { models, run, dataset, images, device }: Prepared,
  folder: string,
  computed: readonly { readonly name: string }[],
): readonly string[] {
  const names = new Set(computed.map(({ name }) => name));
  const own = models.filter((_, i) => names.has(run.models[i].spec.name));
  const what = ['--models', own.join(','), '--datasets', dataset, '--limit', String(images)];
  return ['run', ...what, '--device', formatDevice(device), '--no-time', '--out', folder, '--offline'];
}
