import { throwIfCancelled } from '../../../core/cancelled.js';
import { toFailure } from '../../../core/failure.js';
import { deviceUnavailable } from '../../../runners/device.js';
import { findCard } from '../../../runners/onnx/devices/card.js';
import { watchCard } from '../../../runners/onnx/devices/card-watch.js';
import { tryDevice } from '../../../runners/onnx/devices/list-devices.js';
import { readyOnnxDevice } from '../../../runners/onnx/engine/ready-device.js';
import { proveProvider, type ProviderProof } from '../../../runners/onnx/proof/prove-provider.js';
import { timedModels } from './timed-models.js';
import { gatherer, type CardAtRest, type OfModel, type ProveRequest } from '../artifacts.js';

/** Sees whether the device computes at all, as "maskbench devices" does. */
export const trial = gatherer('trial', 'a tiny network', [], async ({ device, env, signal }) => {
  await readyOnnxDevice(device, { env, signal });
  const tried = await tryDevice(device, signal);
  if (tried.kind === 'runs') return null;
  throw deviceUnavailable(device, tried.reason, tried.remedy === null ? {} : { remedy: tried.remedy });
});

async function lookAtCard({ device }: ProveRequest): Promise<CardAtRest> {
  const found = await findCard(device);
  if (found.kind !== 'card') return { found, quiet: null };
  const watch = await watchCard(found.card);
  try {
    return { found, quiet: await watch.lookWhileQuiet() };
  } finally {
    watch.stop();
  }
}

export const rest = gatherer('rest', 'the card at rest', [], lookAtCard);
export const after = gatherer('after', 'the card at rest again', [], lookAtCard);

/** Sees of each model where its nodes run. */
export const placements = gatherer('placements', 'where the nodes run', ['trial'], async (request) => {
  const found: OfModel<ProviderProof>[] = [];
  for (const { name, load, images } of await timedModels(request)) {
    if (load === null) continue;
    try {
      // Whether that is enough is judged later.
      const proof = { load, image: images[0] ?? null, allowFallback: true, signal: request.signal };
      found.push({ model: name, kind: 'found', value: await proveProvider(proof) });
    } catch (error) {
      throwIfCancelled(request.signal);
      found.push({ model: name, kind: 'failed', failure: toFailure(error) });
    }
  }
  return found;
});
