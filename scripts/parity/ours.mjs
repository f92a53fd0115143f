// Our side of the comparison: the very processes that a run predicts with, from image file to matte file.
import { resolve } from 'node:path';
import { promptsOf } from '../../dist/runners/onnx/ensure.js';
import { predictAll } from '../../dist/runners/onnx/predict-pool.js';
import { runnerOptionsSchema } from '../../dist/runners/onnx/session-options.js';
import { ensureNetwork } from '../support/network.mjs';

/** @import { Outcome } from '../../dist/runners/runner.js' */

/**
 * Predicts images with a model; returns per image its phases or why it failed.
 *
 * @param {string} specPath
 * @param {readonly { path: string, out: string }[]} images
 * @param {{ processes?: number, threads?: number, fetch?: 'all' | 'mask' }} [pool]
 */
export async function predictOurs(specPath, images, { processes = 1, threads = 1, fetch = 'all' } = {}) {
  const model = await ensureNetwork(resolve(specPath), { offline: true });
  const { spec, assets } = model;
  const promptOf = await promptsOf(model);
  /** @type {Map<string, Outcome>} */
  const outcomes = new Map();
  await predictAll({
    load: {
      kind: 'load',
      spec,
      paths: assets.paths,
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
