import { join } from 'node:path';
import type { Failure } from '../../../core/failure.js';
import { PACKAGE_ROOT } from '../../../core/package-root.js';
import { prepareRun } from '../../../pipeline/prepare.js';
import { run } from '../../../pipeline/run.js';
import { gatherer } from '../artifacts.js';
import { compareMattes, mattesOf } from './mattes.js';

const HUNGRY = { name: 'full-memory', path: join(PACKAGE_ROOT, 'configs', 'proof', 'full-memory.yaml') };

/** Runs a model that asks for more memory than there is, and the smallest of the models after it. */
export const fullMemory = gatherer(
  'fullMemory',
  'a model that no memory is large enough for',
  ['timed'],
  async (request, { timed }) => {
    const { env, signal, cwd } = request;
    const { datasets, models, config: given } = request.run;
    const config = { ...given, models: [HUNGRY.path] };
    const [hungry] = (await prepareRun({ config, folder: cwd }, { offline: true, cwd, env, signal })).models;
    const computed = new Set(timed.summary.models.map(({ name }) => name));
    const last = models.findLast(({ spec }) => computed.has(spec.name)) ?? hungry;
    const folder = join(request.scratch, 'full-memory');
    let failure: Failure | undefined;
    await run({
      config,
      models: [hungry, last],
      datasets,
      out: folder,
      phases: { score: false, time: false },
      emit: (event) => {
        if (event.kind === 'cell-failed' && event.model === HUNGRY.name) failure ??= event.failure;
        else request.emit(event);
      },
      signal,
    });
    const mattes = await compareMattes(timed, { folder, mattes: await mattesOf(folder) });
    return { failure, after: { model: last.spec.name, mattes } };
  },
);
