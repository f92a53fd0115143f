import { join } from 'node:path';
import { parseDevice } from '../../../dist/runners/device.js';
import { runnerOptionsSchema } from '../../../dist/runners/onnx/session-options.js';
import { ensureNetwork } from '../../../scripts/support/network.mjs';

/** @import { LoadMessage } from '../../../dist/runners/onnx/child/messages.js' */

const ROOT = join(import.meta.dirname, '../../..');
const FACES = join(ROOT, 'samples/humans/validation/im');
const NAMES = [
  'amqvyfzxrvkva_man-beard',
  'alybtprywykda_woman-afro',
  'lrghiiqkqyutb_woman-bun',
  'vavbzomqrybbr_woman-headscarf',
];

/** Pictures of the sample set, as the timing pass takes them. */
export const IMAGES = NAMES.map((name, i) => ({ key: String(i), path: join(FACES, `${name}.jpg`) }));

/**
 * How a model that comes along is loaded; its file is fetched if it is not in the cache.
 *
 * @param {string} name
 * @param {{ device?: string, threads?: number }} [where]
 * @returns {Promise<LoadMessage>}
 */
export async function loadMessage(name, { device = 'cpu', threads = 2 } = {}) {
  const { spec, assets } = await ensureNetwork(name, {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  return {
    kind: 'load',
    spec,
    paths: assets.paths,
    device: parseDevice(device),
    options: runnerOptionsSchema.parse({}),
    threads,
  };
}

export const NEVER = new AbortController().signal;
export const STANDARD_WARM_UP = { inferences: 20, ms: 3000, slowInferences: 5, tolerance: 0.1 };
