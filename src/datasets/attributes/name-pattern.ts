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

/** Which unit the name of a sample says that it belongs to. */
export type UnitPattern =
  | { readonly kind: 'pattern'; unitOf(id: string): string | undefined }
  | { readonly kind: 'fault'; readonly message: string };

/**
 * A regular expression (of JavaScript, with its flag `u`) that is looked for in an id: the unit is what its group takes, without
 * a group all that it matches. Undefined for an id in which that is nothing.
 */
export function unitPattern(pattern: string): UnitPattern {
  let groups: number;
  try {
    // matches anything, and has a place for every group
    groups = (new RegExp(`${pattern}|`, 'u').exec('') ?? []).length - 1;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*\/u?: /, '') : String(error);
    return { kind: 'fault', message: `not a regular expression: ${why}` };
  }
  if (groups > 1) {
    const message = `it has ${groups} groups, and one names the unit; write (?:...) for those that do not`;
    return { kind: 'fault', message };
  }
  const expression = new RegExp(pattern, 'u');
  return { kind: 'pattern', unitOf: (id) => expression.exec(id)?.[groups] || undefined };
}
