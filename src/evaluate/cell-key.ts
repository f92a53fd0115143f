import { canonicalJson, sha256 } from '../core/hash.js';
import type { RunModel } from './manifest.js';

/** Hexadecimal digits of a key: 96 bits, so that a collision among a billion cells is less likely than a disk error. */
const KEY_DIGITS = 24;

/** What a prediction depends on besides the image: model bytes, feeding, provider, graph options. */
export function predictionBasis(
  { device, runner }: { readonly device: string; readonly runner: unknown },
  model: RunModel,
): string {
  const { feeding, input, output } = model.spec;
  const provider = device.split(':')[0];
  return canonicalJson({ bytes: model.sha256, feeding, input, output, provider, runner });
}

/** Same key, same matte: a prediction with this key may be reused, one with another never. */
export function predictionKey(basis: string, imageSha256: string): string {
  return sha256(`${basis}\n${imageSha256}`).slice(0, KEY_DIGITS);
}

/** Same key, same scores. `signatures` are those of all protocols that are scored. */
export function scoreKey(prediction: string, truthSha256: string, signatures: readonly string[]): string {
  return sha256(`${prediction}\n${truthSha256}\n${signatures.join('\n')}`).slice(0, KEY_DIGITS);
}
