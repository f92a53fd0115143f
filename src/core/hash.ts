import { hash } from 'node:crypto';

/** SHA-256 of a text or of bytes, in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data);
}

/** Where the seed puts a name in an order that is drawn by it. */
export function drawnRank(seed: string | number, name: string): string {
  return sha256(`${seed}\n${name}`);
}

/** The items in the order that a seed draws: it follows from the seed and their names alone, in whatever order they come. */
export function inDrawnOrder<T>(
  items: readonly T[],
  seed: string | number,
  nameOf: (item: T) => string,
): readonly T[] {
  return items
    .map((item) => ({ item, rank: drawnRank(seed, nameOf(item)) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ item }) => item);
}

/** JSON with the keys of every object in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
