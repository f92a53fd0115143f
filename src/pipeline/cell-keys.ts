import type { ModelPaths } from '../models/sources/ensure-model.js';
import { hashFile } from '../core/hash-file.js';
import { precomputedBasis, predictionBasis, predictionKey } from '../store/cell-key.js';
import type { RunModel } from '../store/manifest.js';
import { maskPathOf } from '../runners/masks/precomputed-masks.js';
import type { PlannedSample } from '../schema/planned-sample.js';

type KeysOf = (sample: PlannedSample) => Promise<Readonly<Record<string, string>>>;

/** Cell keys by model name for a sample. Networks share a basis a model; a mask made elsewhere is hashed itself. */
export function cellKeysOf(
  models: readonly RunModel[],
  modelPaths: ReadonlyMap<string, ModelPaths> | undefined,
  basis: { readonly device: string; readonly runner: unknown },
): KeysOf {
  const bases = models.map((model): readonly [string, (sample: PlannedSample) => Promise<string>] => {
    const { name, feeding } = model.spec;
    if (feeding !== 'precomputed') {
      const text = predictionBasis(basis, model);
      return [name, async () => text];
    }
    const pattern = modelPaths?.get(name)?.['masks'] ?? '';
    return [name, async (sample) => precomputedBasis(await hashIfThere(maskPathOf(pattern, sample)))];
  });
  return async (sample) => {
    const keys: Record<string, string> = {};
    for (const [name, basisOf] of bases)
      keys[name] = predictionKey(await basisOf(sample), sample.imageSha256);
    return keys;
  };
}

async function hashIfThere(path: string): Promise<string | undefined> {
  return hashFile(path).catch(() => undefined);
}
