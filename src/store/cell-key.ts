import { canonicalJson, sha256 } from '../core/hash.js';
import type { ModelSpec } from '../models/spec/spec.js';
import type { RunModel } from './manifest.js';

/** Hexadecimal digits of a key: 96 bits, so that a collision among a billion cells is less likely than a disk error. */
const KEY_DIGITS = 24;

/** What a prediction depends on besides the image: model bytes, feeding, provider, graph options. */
export function predictionBasis(
  { device, runner }: { readonly device: string; readonly runner: unknown },
  model: RunModel,
): string {
  const provider = device.split(':')[0];
  return canonicalJson({ bytes: model.sha256, ...feedingFields(model.spec), provider, runner });
}

/** Of a mask that was made elsewhere only its bytes count; there may be none. */
export function precomputedBasis(maskSha256: string | undefined): string {
  return canonicalJson({ feeding: 'precomputed', mask: maskSha256 ?? null });
}

/** What of a spec can change a matte. The content of a file of prompts is in the model's hash. */
function feedingFields(spec: ModelSpec): Readonly<Record<string, unknown>> {
  switch (spec.feeding) {
    case 'matte':
    case 'classes':
      return { feeding: spec.feeding, input: spec.input, output: spec.output };
    case 'sam': {
      const { file: _inHash, ...prompts } = spec.prompts;
      return { feeding: spec.feeding, input: spec.input, prompts };
    }
    case 'precomputed':
      return { feeding: spec.feeding };
  }
}

/** Same key, same matte: a prediction with this key may be reused, one with another never. */
export function predictionKey(basis: string, imageSha256: string): string {
  return sha256(`${basis}\n${imageSha256}`).slice(0, KEY_DIGITS);
}

/**
 * One cell of a run. Samples with equal bytes share their keys, and so do two models with equal bytes and feeding; yet
 * each of their cells has a matte and a score of its own.
 */
export function cellName(
  key: string,
  model: string,
  { dataset, id }: { readonly dataset: string; readonly id: string },
): string {
  return `${key} ${model} ${dataset}/${id}`;
}

/** Same key, same scores. `signatures` are those of all protocols that are scored. */
export function scoreKey(prediction: string, truthSha256: string, signatures: readonly string[]): string {
  return sha256(`${prediction}\n${truthSha256}\n${signatures.join('\n')}`).slice(0, KEY_DIGITS);
}
