/** A pattern taken apart: the text before the first placeholder, then each name with the text after it. */
interface PatternParts {
  readonly before: string;
  readonly fields: readonly { readonly name: string; readonly after: string }[];
}

/** Undefined for what is no pattern: no placeholder, one twice, two without anything between, a brace alone. */
export function patternParts(pattern: string): PatternParts | undefined {
  const [before = '', ...rest] = pattern.split(/(\{[A-Za-z_][A-Za-z0-9_]*\})/);
  const fields = rest.flatMap((text, i) =>
    i % 2 === 0 ? [{ name: text.slice(1, -1), after: rest[i + 1] ?? '' }] : [],
  );
  const names = new Set(fields.map(({ name }) => name));
  const isWhole = names.size > 0 && names.size === fields.length;
  const isApart = fields.every(({ after }, i) => after !== '' || i === fields.length - 1);
  const isPlain = [before, ...fields.map(({ after }) => after)].every((text) => !/[{}]/.test(text));
  return isWhole && isApart && isPlain ? { before, fields } : undefined;
}

/**
 * What a pattern's placeholders stand for in an id; undefined where it does not fit. Never tries twice: a placeholder ends
 * at the first place where the text after it stands, and the last one takes what is left.
 */
export function matchPattern({ before, fields }: PatternParts, id: string): Map<string, string> | undefined {
  const slashes = [before, ...fields.map(({ after }) => after)].join('').split('/').length;
  const name = id.split('/').slice(-slashes).join('/');
  if (!name.startsWith(before)) return undefined;
  const values = new Map<string, string>();
  let at = before.length;
  for (const [i, { name: field, after }] of fields.entries()) {
    const isLast = i === fields.length - 1;
    const end = isLast ? name.length - after.length : name.indexOf(after, at + 1);
    if (end <= at || !name.startsWith(after, end)) return undefined;
    const value = name.slice(at, end);
    if (value.includes('/')) return undefined;
    values.set(field, value);
    at = end + after.length;
  }
  return values;
}
