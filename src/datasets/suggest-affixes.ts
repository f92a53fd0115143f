/** Ids looked at for what the names of the two sides begin or end with. */
const TRIED = 20;

/** The names of one side of pairs, and how its flags begin: `mask` of `--mask-prefix`. */
interface NamedSide {
  readonly flag: string;
  readonly ids: readonly string[];
}

/**
 * Where no name of one side is a name of the other, the flags that would make a pair of some: `try --mask-prefix "m_"`.
 *
 * @returns undefined if no name is a part of another
 */
export function suggestAffixes(a: NamedSide, b: NamedSide): string | undefined {
  return flagsFor(b, a) ?? flagsFor(a, b);
}

/** What the names of a side have around those of the other. */
function flagsFor({ flag, ids }: NamedSide, inner: NamedSide): string | undefined {
  for (const id of inner.ids.slice(0, TRIED)) {
    const around = ids.find((other) => other.includes(id));
    if (around === undefined) continue;
    const start = around.indexOf(id);
    const affixes = { prefix: around.slice(0, start), suffix: around.slice(start + id.length) };
    if (Object.values(affixes).some((affix) => affix.includes('/'))) return undefined;
    const flags = Object.entries(affixes).flatMap(([kind, affix]) =>
      affix === '' ? [] : [`--${flag}-${kind} "${affix}"`],
    );
    return `try ${flags.join(' ')}`;
  }
  return undefined;
}
