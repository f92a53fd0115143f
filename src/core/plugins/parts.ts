/** What a plug-in may bring: the kinds of parts, by their key in its object. */
export type PartKind =
  'metrics' | 'protocols' | 'layouts' | 'runners' | 'formats' | 'gateRules' | 'sources' | 'commands';

/** Who brought a part. `version` is `name@version` of a package, or `sha256-<digest>` of a local file and what it imports. */
export interface PluginVersion {
  readonly name: string;
  readonly version: string;
}

interface AddedPart {
  readonly kind: PartKind;
  readonly part: unknown;
  readonly by: PluginVersion;
}

// The one place with state of plug-ins: parts are only ever added, by `loadPlugins` alone, which refuses doubles.
const added: AddedPart[] = [];
const listeners: ((added: AddedPart) => void)[] = [];
const files: string[] = [];

/**
 * The registry of a kind: our own parts, and behind them those that plug-ins have added and will add. It is one array for as long as
 * the process lives: whoever keeps a list that is derived from it asks `partsVersion` whether that still holds.
 *
 * @param adapt what is made of a part of a plug-in before it is one of ours
 */
export function extensible<T, Given = T>(
  kind: PartKind,
  own: readonly T[],
  adapt: (part: Given, by: PluginVersion) => T = (part) => part as unknown as T,
): readonly T[] {
  const all = [...own];
  const take = (one: AddedPart): void => {
    // `loadPlugins` has checked that it is a part of this kind.
    if (one.kind === kind) all.push(adapt(one.part as Given, one.by));
  };
  added.forEach(take);
  listeners.push(take);
  return all;
}

/** Adds a part to the registry of its kind, whether that is there yet or not. */
export function addPart(kind: PartKind, part: unknown, by: PluginVersion): void {
  const one = { kind, part, by };
  added.push(one);
  for (const take of listeners) take(one);
}

/** Notes the file that a plug-in is loaded from. */
export function noteFile(path: string): void {
  files.push(path);
}

/** The plug-in's file that a stack of calls leads through: what it threw in no call of ours is no bug of ours. */
export function pluginFileIn(stack: string): string | undefined {
  return files.find((path) => stack.includes(path));
}

/** A number that changes whenever a part is added. */
export function partsVersion(): number {
  return added.length;
}
