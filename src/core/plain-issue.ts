import type { z } from 'zod';

type RawIssue = z.core.$ZodRawIssue;

/** What a value must be, in words, by the type that the schema expects. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'keys with values',
  record: 'keys with values',
  null: 'empty',
};

/** How the words for a key begin that a schema does not know and says nothing of. */
export const UNKNOWN_KEY = 'unknown key';

/**
 * What is wrong with a value, for `safeParse(value, { error: plainIssue })`: `must be text, not 3`. A schema's own words go
 * before these; undefined where the library's are kept.
 */
export function plainIssue(issue: RawIssue): string | undefined {
  const { input } = issue;
  const must = (what: string): string =>
    input === undefined ? `is missing; it must be ${what}` : `must be ${what}, not ${written(input)}`;
  switch (issue.code) {
    case 'invalid_type':
      return must(KINDS[issue.expected] ?? issue.expected);
    case 'invalid_value':
      return must(oneOf(issue.values.map(asWord)));
    case 'too_small':
    case 'too_big': {
      const isSmall = issue.code === 'too_small';
      const bound = isSmall ? issue.minimum : issue.maximum;
      if (issue.origin === 'string' && isSmall && bound === 1) return 'must not be empty';
      if (issue.origin === 'array' && isSmall && bound === 1) return 'must not be an empty list';
      const [atLeast, above] = isSmall ? ['at least', 'more than'] : ['at most', 'less than'];
      const size = `${issue.inclusive === false ? above : atLeast} ${bound}`;
      if (issue.origin === 'string') return `must have ${size} characters`;
      if (issue.origin === 'array') return `must have ${size} entries, not ${(input as unknown[]).length}`;
      return must(size);
    }
    case 'unrecognized_keys':
      return `${UNKNOWN_KEY} "${issue.keys[0]}"`;
    case 'invalid_format':
      return must(
        issue.format === 'url' ? 'a web address such as https://example.org' : 'text of another form',
      );
    case 'invalid_union':
      return 'has an unknown form';
    default:
      return undefined;
  }
}

/** One that is no plain word in quotes, so that it is seen. */
function asWord(value: unknown): string {
  const text = String(value);
  return /^[\w.+-]+$/.test(text) ? text : JSON.stringify(text);
}

function oneOf(values: readonly string[]): string {
  const [only, ...others] = values;
  return others.length === 0 ? only : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

/** Characters of a value that messages show. */
const LONG = 60;

/** A value as its file has it, cut where it is long. */
function written(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'keys with values';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONG ? `${text.slice(0, LONG)}...` : text;
}
