import { addTo } from '../core/group.js';
import { endsWith, IMAGE_EXTENSIONS, isNote, isUnread, PICTURE_EXTENSIONS } from './extensions.js';

/** Which names belong to one side of the pairs: `<prefix><stem><suffix><extension>`. */
export interface NamePattern {
  readonly prefix: string;
  readonly suffix: string;
  /** In any case; without it, any picture's. */
  readonly extensions?: readonly string[] | undefined;
}

/** The names of each side by stem, in the order of the side's extensions; more than one name is a duplicate. */
export interface PairedNames {
  readonly images: ReadonlyMap<string, readonly string[]>;
  readonly truths: ReadonlyMap<string, readonly string[]>;
  /** Names on no side that may have been meant; of one folder all under `images`. */
  readonly others: { readonly images: readonly string[]; readonly truths: readonly string[] };
}

/** What is between prefix and suffix, or `undefined` for a name that is none of this side's. */
export function stemOf(name: string, pattern: NamePattern): string | undefined {
  if (!name.startsWith(pattern.prefix)) return undefined;
  for (const extension of pattern.extensions ?? PICTURE_EXTENSIONS) {
    const end = name.length - pattern.suffix.length - extension.length;
    if (end <= pattern.prefix.length || !endsWith(name, extension)) continue;
    if (name.startsWith(pattern.suffix, end)) return name.slice(pattern.prefix.length, end);
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
  const images = byStem(imageNames, imagePattern);
  const truths = byStem(truthNames, truthPattern);
  return {
    images: images.stems,
    truths: truths.stems,
    others: {
      images: images.others.filter((name) => mayBeMeant(name, imagePattern)),
      truths: truths.others.filter((name) => mayBeMeant(name, truthPattern)),
    },
  };
}

/** No note, and no picture that a list of extensions leaves out. */
function mayBeMeant(name: string, { extensions }: NamePattern): boolean {
  if (isNote(name)) return false;
  return extensions === undefined || !IMAGE_EXTENSIONS.some((extension) => endsWith(name, extension));
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
  const neither: string[] = [];
  for (const name of names) {
    const isImage = stemOf(name, imagePattern) !== undefined;
    const isTruth = stemOf(name, truthPattern) !== undefined;
    if (isImage && isTruth && difference === 0) return undefined;
    if (isImage && (!isTruth || difference > 0)) imageNames.push(name);
    else if (isTruth) truthNames.push(name);
    else if (mayBeMeant(name, imagePattern) && mayBeMeant(name, truthPattern)) neither.push(name);
  }
  const paired = pairNames(imageNames, imagePattern, truthNames, truthPattern);
  const { images, truths } = paired.others;
  return { ...paired, others: { images: [...neither, ...images, ...truths], truths: [] } };
}

function affixLength({ prefix, suffix }: NamePattern): number {
  return prefix.length + suffix.length;
}

function byStem(
  names: readonly string[],
  pattern: NamePattern,
): { readonly stems: Map<string, string[]>; readonly others: readonly string[] } {
  const stems = new Map<string, string[]>();
  const others: string[] = [];
  for (const name of names) {
    const stem = stemOf(name, pattern);
    if (stem === undefined) {
      others.push(name);
      continue;
    }
    addTo(stems, stem, name);
  }
  for (const [stem, same] of stems) {
    if (same.length === 1) continue;
    const chosen = readableOf(same);
    others.push(...same.filter((name) => !chosen.includes(name)));
    stems.set(
      stem,
      chosen.sort((a, b) => rank(a, pattern) - rank(b, pattern)),
    );
  }
  return { stems, others };
}

/** Of the files of one id those that can be read by their names, or all where none can. */
export function readableOf(names: readonly string[]): string[] {
  const readable = names.filter((name) => !isUnread(name));
  return readable.length > 0 ? readable : [...names];
}

function rank(name: string, { extensions = IMAGE_EXTENSIONS }: NamePattern): number {
  return extensions.findIndex((extension) => endsWith(name, extension));
}
