import { throwIfCancelled } from '../../../core/cancelled.js';
import { availableParallelism } from 'node:os';
import { toFailure } from '../../../core/failure.js';
import { inspectOnnx } from '../../../models/onnx/inspect.js';
import { formatDevice } from '../../../runners/device.js';
import type { ReadyModel } from '../../../runners/runner.js';
import { measureDrift } from '../../drift/drift.js';
import { parseCandidate } from '../../drift/parse-candidate.js';
import { summariseDrift } from '../../drift/summarise-drift.js';
import { type Artifacts, gatherer, type Prepared } from '../artifacts.js';

/** The element type of the weights of a model's first network; `none` where it has none. */
export function precisionOf({ assets }: ReadyModel): string {
  const { paths = {} } = assets as { readonly paths?: Readonly<Record<string, string>> };
  const [path] = Object.values(paths);
  return path === undefined ? 'none' : inspectOnnx(path).precision;
}

/** Holds the mattes of each model on the device against those of the CPU. */
export const drift = gatherer('drift', 'mattes beside those of the CPU', ['trial'], async (request) => {
  const found: Artifacts['drift'][number][] = [];
  for (const [i, model] of request.run.models.entries()) {
    const { name } = model.spec;
    try {
      found.push({ model: name, kind: 'found', value: await driftOf(request, model, request.models[i]) });
    } catch (error) {
      throwIfCancelled(request.signal);
      found.push({ model: name, kind: 'failed', failure: toFailure(error) });
    }
  }
  return found;
});

async function driftOf(request: Prepared, model: ReadyModel, reference: string) {
  const { device, images: limit, cwd, offline, signal, run } = request;
  const threads = availableParallelism();
  const [dataset] = run.datasets;
  const { images } = await measureDrift({
    reference: parseCandidate(`${reference}@cpu`, threads),
    candidates: [parseCandidate(`${reference}@${formatDevice(device)}`, threads)],
    dataset,
    limit,
    threshold: run.config.scoring.threshold,
    offline,
    cwd,
    onImage: () => undefined,
    signal,
  });
  const [summary] = summariseDrift(images);
  return { ...summary, precision: precisionOf(model) };
}
