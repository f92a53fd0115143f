import { sha256 } from '../core/hash.js';

/** Hexadecimal digits of a key: 96 bits, so that a collision among a billion cells is less likely than a disk error. */
const KEY_DIGITS = 24;

/**
 * Same key, same matte: a prediction with this key may be reused, one with another never. `identity` is the runner's: all
 * that a matte depends on besides the image. Samples with equal bytes share their keys, and so do two models with equal bytes
 * and feeding; yet each of their cells has a matte and a score of its own.
 */
export function predictionKey(identity: string, imageSha256: string): string {
  return sha256(`${identity}\n${imageSha256}`).slice(0, KEY_DIGITS);
}

/** Same key, same scores. `signatures` are those of all protocols that are scored. */
export function scoreKey(prediction: string, truthSha256: string, signatures: readonly string[]): string {
  return sha256(`${prediction}\n${truthSha256}\n${signatures.join('\n')}`).slice(0, KEY_DIGITS);
}
