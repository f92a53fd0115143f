import { canonicalJson, sha256 } from '../../core/hash.js';
import type { ModelFileSource, Pins } from './source-types.js';

const PIN_NAMES = ['sha256', 'md5', 'bytes'] as const;

/** Mirrors after every pin that one of them has was given to all, or what two of them contradict each other in. */
type MergedPins =
  | { readonly kind: 'merged'; readonly sources: readonly ModelFileSource[] }
  | { readonly kind: 'conflict'; readonly message: string };

/** Gives the mirrors of one model the union of their pins: their bytes are identical by contract. */
export function mergePins(sources: readonly ModelFileSource[]): MergedPins {
  const own = unionOf(sources);
  const data: Record<string, Pins> = {};
  for (const location of new Set(sources.flatMap((source) => Object.keys(source.data ?? {})))) {
    const union = unionOf(sources.map((source) => source.data?.[location] ?? {}));
    if (typeof union === 'string') return { kind: 'conflict', message: `"${location}" of ${union}` };
    data[location] = union;
  }
  if (typeof own === 'string') return { kind: 'conflict', message: own };
  const shared = { ...own, ...(Object.keys(data).length === 0 ? {} : { data }) };
  return { kind: 'merged', sources: sources.map((source) => ({ ...source, ...shared })) };
}

/** Every pin that one of them has, or what two of them contradict each other in. */
function unionOf(all: readonly Pins[]): Pins | string {
  let union: Pins = {};
  for (const name of PIN_NAMES) {
    const values = new Set(all.map((pins) => pins[name]).filter((value) => value !== undefined));
    if (values.size > 1) {
      return `mirrors must be the same bytes, but they state different ${name}: ${[...values].join(', ')}`;
    }
    for (const value of values) union = { ...union, [name]: value };
  }
  return union;
}

/** Hub commits and package integrities pin by themselves, a user's own file needs no pin. */
export function lacksPin(source: ModelFileSource): boolean {
  return source.kind === 'https' && !isPinned(source) && source.unpinned === undefined;
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
