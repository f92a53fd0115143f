/** Which names belong to one side of the pairs: `<prefix><stem><suffix><extension>`. */
export interface NamePattern {
  readonly prefix: string;
  readonly suffix: string;
  readonly extensions: readonly string[];
}

/** The names of each side by stem, in the order of the side's extensions; more than one name is a duplicate. */
export interface PairedNames {
  readonly images: ReadonlyMap<string, readonly string[]>;
  readonly truths: ReadonlyMap<string, readonly string[]>;
}

/** What is between prefix and suffix, or `undefined` for a name that is none of this side's. */
export function stemOf(name: string, pattern: NamePattern): string | undefined {
  if (!name.startsWith(pattern.prefix)) return undefined;
  for (const extension of pattern.extensions) {
    const end = name.length - pattern.suffix.length - extension.length;
    if (end > pattern.prefix.length && name.endsWith(pattern.suffix + extension)) {
      return name.slice(pattern.prefix.length, end);
    }
  }
  return undefined;
}

/** The names of two folders by stem. */
export function pairNames(
  imageNames: readonly string[],
  imagePattern: NamePattern,
  truthNames: readonly string[],
  truthPattern: NamePattern,
): PairedNames {
  return { images: byStem(imageNames, imagePattern), truths: byStem(truthNames, truthPattern) };
}

/**
 * The same where both sides lie in one folder: a name that fits both patterns belongs to the longer one
 * (`cat_mask.png` is the truth of `cat.png`). `undefined` if nothing tells the two sides apart.
 */
export function pairNamesOfOneFolder(
  names: readonly string[],
  imagePattern: NamePattern,
  truthPattern: NamePattern,
): PairedNames | undefined {
  const difference = affixLength(imagePattern) - affixLength(truthPattern);
  const imageNames: string[] = [];
  const truthNames: string[] = [];
  for (const name of names) {
    const isImage = stemOf(name, imagePattern) !== undefined;
    const isTruth = stemOf(name, truthPattern) !== undefined;
    if (isImage && isTruth && difference === 0) return undefined;
    if (isImage && (!isTruth || difference > 0)) imageNames.push(name);
    else if (isTruth) truthNames.push(name);
  }
  return pairNames(imageNames, imagePattern, truthNames, truthPattern);
}

function affixLength({ prefix, suffix }: NamePattern): number {
  return prefix.length + suffix.length;
}

function byStem(names: readonly string[], pattern: NamePattern): Map<string, string[]> {
  const stems = new Map<string, string[]>();
  for (const name of names) {
    const stem = stemOf(name, pattern);
    if (stem === undefined) continue;
    const same = stems.get(stem);
    if (same === undefined) stems.set(stem, [name]);
    else same.push(name);
  }
  for (const same of stems.values()) {
    if (same.length > 1) same.sort((a, b) => rank(a, pattern) - rank(b, pattern));
  }
  return stems;
}

function rank(name: string, pattern: NamePattern): number {
  return pattern.extensions.findIndex((extension) => name.endsWith(pattern.suffix + extension));
}
