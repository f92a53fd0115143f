import { join } from 'node:path';
import type { Failure } from '../../../core/failure.js';
import { run } from '../../../pipeline/run.js';
import { whereComputed } from '../../../schema/placement.js';
import { gatherer } from '../artifacts.js';
import { MaskbenchError } from '../../../core/errors.js';
import { mattesOf } from './mattes.js';

/** A run that predicts and scores the images with every model that the device computes, and times them. */
export const timedRun = gatherer('timed', 'a run, timed', ['placements'], async (request, { placements }) => {
  const computed = new Set(
    placements.flatMap((one) =>
      one.kind === 'found' && whereComputed(one.value) !== 'elsewhere' ? one.model : [],
    ),
  );
  const models = request.run.models.filter(({ spec }) => computed.has(spec.name));
  if (models.length === 0)
    throw new MaskbenchError('device.unavailable', 'the device computes none of the models');
  const folder = join(request.scratch, 'timed');
  const untimed: { readonly model: string; readonly failure: Failure }[] = [];
  const summary = await run({
    ...request.run,
    models,
    out: folder,
    emit: (event) => {
      if (event.kind === 'time-failed') untimed.push({ model: event.model, failure: event.failure });
      request.emit(event);
    },
    signal: request.signal,
  });
  return { folder, summary, mattes: await mattesOf(folder), untimed };
});
