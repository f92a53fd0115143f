import { decodeRgb } from '../image/codec.js';
import { hashDistance, perceptualHash, type PerceptualHash } from '../image/perceptual-hash.js';
import { throwIfCancelled } from '../core/cancelled.js';
import type { Dataset, PassOptions } from './load.js';
import { mapInOrder } from '../core/map-in-order.js';

/**
 * Bits of 64 up to which two images count as nearly the same. Copies that were scaled, recompressed or brightened lie
 * within, other pictures beyond (docs/datasets.md has the figures).
 */
const NEAR = 8;

/** Two images that look the same. */
interface OverlapPair {
  readonly a: string;
  readonly b: string;
  /** Bits of 64 that differ. */
  readonly distance: number;
}

export interface Overlap {
  /** Nearest first. */
  readonly pairs: readonly OverlapPair[];
  readonly a: HashedCount;
  readonly b: HashedCount;
}

interface HashedCount {
  readonly images: number;
  /** Images of this set with at least one counterpart in the other. */
  readonly matched: number;
  /** Pictures without structure, or that cannot be read: not compared. */
  readonly leftOut: number;
}

interface OverlapOptions extends Omit<PassOptions, 'width'> {
  readonly distance?: number;
}

/** Images of two datasets, or of one with itself, that look the same. */
export async function findOverlap(
  a: Pick<Dataset, 'entries'>,
  b: Pick<Dataset, 'entries'> | undefined,
  { distance = NEAR, onProgress, signal }: OverlapOptions = {},
): Promise<Overlap> {
  let done = 0;
  const tick = (): void => {
    throwIfCancelled(signal);
    onProgress?.(++done);
  };
  const first = await hashAll(a, tick);
  const second = b === undefined ? first : await hashAll(b, tick);
  const pairs: OverlapPair[] = [];
  for (const [i, left] of first.hashes.entries()) {
    const from = b === undefined ? i + 1 : 0;
    for (let j = from; j < second.hashes.length; j++) {
      const right = second.hashes[j];
      const bits = hashDistance(left.hash, right.hash);
      if (bits <= distance) pairs.push({ a: left.id, b: right.id, distance: bits });
    }
  }
  pairs.sort((x, y) => x.distance - y.distance);
  const matched = (ids: Iterable<string>): number => new Set(ids).size;
  const both = b === undefined ? matched(pairs.flatMap((pair) => [pair.a, pair.b])) : undefined;
  return {
    pairs,
    a: count(first, both ?? matched(pairs.map((pair) => pair.a))),
    b: count(second, both ?? matched(pairs.map((pair) => pair.b))),
  };
}

interface Hashed {
  readonly hashes: readonly { readonly id: string; readonly hash: PerceptualHash }[];
  readonly leftOut: number;
}

async function hashAll(dataset: Pick<Dataset, 'entries'>, tick: () => void): Promise<Hashed> {
  const hashes: { id: string; hash: PerceptualHash }[] = [];
  let leftOut = 0;
  const hashed = mapInOrder(dataset.entries(), 2, async (entry) => {
    if (entry.kind === 'problem') return undefined;
    const { id, imagePath } = entry.sample;
    const image = await decodeRgb(imagePath).catch(() => undefined);
    return { id, hash: image === undefined ? undefined : perceptualHash(image) };
  });
  for await (const item of hashed) {
    tick();
    if (item?.hash === undefined) leftOut++;
    else hashes.push({ id: item.id, hash: item.hash });
  }
  return { hashes, leftOut };
}

function count({ hashes, leftOut }: Hashed, matched: number): HashedCount {
  return { images: hashes.length + leftOut, matched, leftOut };
}
