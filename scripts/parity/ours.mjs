// Our side of the comparison: the very processes that a run predicts with, from image file to matte file.
import { resolve } from 'node:path';
import { ensureModel } from '../../dist/models/sources/ensure-model.js';
import { loadModelSpec } from '../../dist/models/spec/load-spec.js';
import { openPrompts } from '../../dist/models/spec/prompts.js';
import { predictAll } from '../../dist/runners/onnx/predict-pool.js';
import { runnerOptionsSchema } from '../../dist/runners/onnx/session-options.js';

/**
 * Predicts images with a model; returns per image its phases or why it failed.
 *
 * @param {string} specPath
 * @param {{path: string, out: string}[]} images
 */
export async function predictOurs(specPath, images, { processes = 1, threads = 1, fetch = 'all' } = {}) {
  const loaded = await loadModelSpec(resolve(specPath));
  const { paths } = await ensureModel(loaded, { offline: true });
  const { spec } = loaded;
  const promptOf = spec.feeding === 'sam' ? await openPrompts(spec.prompts, paths.prompts) : () => undefined;
  const outcomes = new Map();
  await predictAll({
    load: {
      kind: 'load',
      spec,
      paths,
      device: { provider: 'cpu', index: 0 },
      options: runnerOptionsSchema.parse({ fetch }),
      threads,
    },
    processes,
    items: (async function* () {
      yield* images;
    })(),
    jobOf: ({ path, out }) => ({ imagePath: path, mattePath: out, prompt: promptOf('', path) }),
    onOutcome: async (image, outcome) => void outcomes.set(image.path, outcome),
  });
  return outcomes;
}
