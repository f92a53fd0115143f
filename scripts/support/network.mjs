import { networkSchemas } from '../../dist/models/spec/spec.js';
import { loadModelSpec } from '../../dist/runners/load-spec.js';
import { ensureOnnx } from '../../dist/runners/onnx/ensure.js';

/**
 * @import { NetworkSpec } from '../../dist/models/spec/spec.js'
 * @import { LoadedSpec } from '../../dist/runners/runner.js'
 */

/**
 * A model that has a network, by name or by the path of its spec, with its files on this machine.
 *
 * @param {string} reference
 * @param {Parameters<typeof ensureOnnx>[1]} [options]
 */
export async function ensureNetwork(reference, options = {}) {
  const loaded = await loadModelSpec(reference);
  if (!(loaded.spec.feeding in networkSchemas)) throw new Error(`${reference} is no network`);
  return ensureOnnx(/** @type {LoadedSpec<NetworkSpec>} */ (loaded), options);
}
