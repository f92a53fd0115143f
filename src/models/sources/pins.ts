import { canonicalJson, sha256 } from '../../core/hash.js';
import type { ModelFileSource, Pins } from './source-types.js';

const PIN_NAMES = ['sha256', 'md5', 'bytes'] as const;

/** Mirrors after every pin that one of them has was given to all, or what two of them contradict each other in. */
type MergedPins =
  | { readonly kind: 'merged'; readonly sources: readonly ModelFileSource[] }
  | { readonly kind: 'conflict'; readonly message: string };

/** Gives the mirrors of one file the union of their pins: their bytes are identical by contract. */
export function mergePins(sources: readonly ModelFileSource[]): MergedPins {
  let shared: Pins = {};
  for (const name of PIN_NAMES) {
    const values = new Set(sources.map((source) => source[name]).filter((value) => value !== undefined));
    if (values.size > 1) {
      return {
        kind: 'conflict',
        message: `mirrors must be the same bytes, but they state different ${name}: ${[...values].join(', ')}`,
      };
    }
    for (const value of values) shared = { ...shared, [name]: value };
  }
  return { kind: 'merged', sources: sources.map((source) => ({ ...source, ...shared })) };
}

/** The pins of a source alone. */
export function pinsOf({ sha256: sha, md5, bytes }: Pins): Pins {
  return { sha256: sha, md5, bytes };
}

/** Whether a checksum (not only a size) tells good bytes from bad. */
export function isPinned(pins: Pins): boolean {
  return pins.sha256 !== undefined || pins.md5 !== undefined;
}

/** The name under which a source's file is looked up in the cache: its checksum, or else a hash of the source. */
export function cacheKeyOf(source: ModelFileSource): string {
  if (source.sha256 !== undefined) return `sha256-${source.sha256}`;
  if (source.md5 !== undefined) return `md5-${source.md5}`;
  return `source-${sha256(canonicalJson(source))}`;
}
