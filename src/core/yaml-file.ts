import { isNode, LineCounter, parseDocument, type Document, type YAMLError } from 'yaml';
import type { z } from 'zod';
import { MaskbenchError } from './errors.js';
import { otherKind, type FileKind } from './file-kinds.js';
import { plainIssue, UNKNOWN_KEY } from './plain-issue.js';
import { hintFor } from './names.js';
import { readUserText } from './user-text.js';

/**
 * Reads a YAML file and checks it against a schema. Every error names `file:line:column`, the offending value and
 * what would be right; an unknown key is answered with the nearest known one.
 *
 * @param options.kind what the file is to be: one of another kind is told so
 * @param options.remedy what to give where there is no such file, or a folder in its place
 * @throws MaskbenchError `data.missing` (no such file), `data.unreadable` (a folder, or no permission) or `config.invalid`.
 */
export async function readYamlFile<S extends z.ZodType>(
  path: string,
  schema: S,
  { kind, remedy }: { readonly kind?: FileKind; readonly remedy?: string } = {},
): Promise<z.output<S>> {
  const wanted = { what: 'YAML file', ...(remedy === undefined ? {} : { remedy }) };
  return parseYaml(await readUserText(path, wanted), path, schema, kind);
}

/** `readYamlFile` for text that is already available; `path` is only used in messages. */
export function parseYaml<S extends z.ZodType>(
  text: string,
  path: string,
  schema: S,
  kind?: FileKind,
): z.output<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined) throw notYaml(syntax, text, path, lines);
  const value = plainValue(document, path);
  const result = schema.safeParse(value, { error: plainIssue });
  if (result.success) return result.data;
  const other = kind === undefined ? undefined : otherKind(value, kind, path);
  if (other !== undefined) throw other;
  const issue = deepest(result.error.issues);
  throw new MaskbenchError('config.invalid', explain(issue, schema), {
    where: `${path}:${position(document, lines, issue)}`,
    cause: result.error,
  });
}

/** Characters of the parser's own words that a message shows: it may quote half a file. */
const LONG = 100;

function notYaml(syntax: YAMLError, text: string, path: string, lines: LineCounter): MaskbenchError {
  const [offset] = syntax.pos;
  const { line, col } = lines.linePos(offset);
  const own = syntax.message.split(/ at line |: "/)[0].slice(0, LONG);
  const [what, remedy] =
    syntax.code === 'TAB_AS_INDENT'
      ? ['a tab stands where the line is indented', 'indent it by spaces']
      : syntax.code === 'DUPLICATE_KEY'
        ? [`the key "${/^[^\s:]*/.exec(text.slice(offset))?.[0] ?? ''}" is there twice`, 'leave one of them']
        : syntax.code === 'BAD_DQ_ESCAPE'
          ? [own, "within double quotes a backslash begins an escape; use single quotes, as for '\\d'"]
          : [own, 'look at the brackets, quotes and indentation there and on the line before'];
  const message = `not valid ${path.endsWith('.json') ? 'JSON' : 'YAML'}: ${what}`;
  return new MaskbenchError('config.invalid', message, {
    where: `${path}:${line}:${col}`,
    remedy,
    cause: syntax,
  });
}

/** yaml refuses to unfold aliases of aliases without end: a small file could otherwise fill the memory. */
function plainValue(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new MaskbenchError('config.invalid', `cannot be expanded: ${what}`, { where: path, cause });
  }
}

type Issue = z.core.$ZodIssue;

/**
 * Of several complaints the one that lies deepest in the document: for unions, that of the closest alternative, which is among
 * those that know most of the keys. A key that is not known goes before one that is missing beside it: it is most often the same key, misspelt.
 */
function deepest(issues: readonly Issue[]): Issue {
  const flat = issues.flatMap((issue): Issue[] =>
    issue.code === 'invalid_union' && issue.errors.length > 0
      ? closest(issue.errors).map((alternative) => {
          const inner = deepest(alternative);
          return { ...inner, path: [...issue.path, ...inner.path] };
        })
      : [issue],
  );
  return flat.reduce((best, issue) => (depthOf(issue) > depthOf(best) ? issue : best));
}

/** The alternatives to which the fewest of the keys that are there are strange, and those that a wrong name leaves undecided. */
function closest(alternatives: readonly (readonly Issue[])[]): readonly (readonly Issue[])[] {
  const strange = alternatives.map(strangeKeys);
  const fewest = Math.min(...strange);
  return alternatives.filter((of, i) => strange[i] === fewest || of.some(isUndecided));
}

/** About the key that chooses among layouts and the like, with none of their names. */
function isUndecided(issue: Issue): boolean {
  return issue.code === 'invalid_union' && issue.errors.length === 0;
}

/** How many keys an alternative does not know; of one that wants no keys at all, any number. */
function strangeKeys(alternative: readonly Issue[]): number {
  return alternative.reduce((sum, issue) => {
    if (isUndecided(issue)) return sum + 1;
    if (issue.path.length > 0) return sum;
    if (issue.code === 'unrecognized_keys') return sum + issue.keys.length;
    if (issue.code === 'invalid_union') return sum + Math.min(...issue.errors.map(strangeKeys));
    return issue.code === 'invalid_type' ? Number.POSITIVE_INFINITY : sum;
  }, 0);
}

function depthOf({ code, path }: Issue): number {
  return code === 'unrecognized_keys' ? path.length + 1.5 : path.length;
}

function explain(issue: Issue, schema: z.ZodType): string {
  const at = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
  // A schema's own words go before the nearest known key.
  if (issue.code === 'unrecognized_keys' && issue.message.startsWith(UNKNOWN_KEY)) {
    const key = issue.keys[0] ?? '';
    const known = [...new Set(knownKeys(schema, issue.path))];
    // Of another alternative than the one that the other keys belong to.
    if (known.includes(key)) return `${at}the key "${key}" does not go with the others there`;
    const hint = hintFor(key, known, known.length > 0 ? `known keys are ${known.join(', ')}` : '');
    return `${at}unknown key "${key}"${hint && `; ${hint}`}`;
  }
  return `${at}${issue.message}`;
}

/** The keys of the object schema at `path`, seen through optional, default, union and array wrappers. */
function knownKeys(schema: unknown, path: readonly PropertyKey[]): string[] {
  const def = definition(schema);
  if (def === undefined) return [];
  if (def.getter !== undefined) return knownKeys(def.getter(), path);
  if (def.innerType !== undefined) return knownKeys(def.innerType, path);
  if (def.in !== undefined) return [def.in, def.out].flatMap((side) => knownKeys(side, path));
  if (def.options !== undefined) return def.options.flatMap((option) => knownKeys(option, path));
  const [head, ...rest] = path;
  if (head === undefined) return def.shape === undefined ? [] : Object.keys(def.shape);
  if (def.element !== undefined) return knownKeys(def.element, rest);
  if (def.valueType !== undefined) return knownKeys(def.valueType, rest);
  return knownKeys(def.shape?.[String(head)], rest);
}

interface Definition {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly getter?: () => unknown;
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly out?: unknown;
  readonly options?: readonly unknown[];
  readonly element?: unknown;
  readonly valueType?: unknown;
}

function definition(schema: unknown): Definition | undefined {
  return typeof schema === 'object' && schema !== null && 'def' in schema
    ? (schema.def as Definition)
    : undefined;
}

/** `line:column` of the key or value that an issue is about, or of its nearest parent that stands in the file. */
function position(document: Document, lines: LineCounter, issue: Issue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  for (let depth = path.length; depth >= 0; depth--) {
    const offset = offsetOf(document, path.slice(0, depth));
    if (offset !== undefined) {
      const { line, col } = lines.linePos(offset);
      return `${line}:${col}`;
    }
  }
  return '1:1';
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent: unknown = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (key !== undefined && typeof parent === 'object' && parent !== null && 'items' in parent) {
    for (const item of parent.items as readonly unknown[]) {
      if (typeof item === 'object' && item !== null && 'key' in item && isNode(item.key)) {
        if (String(item.key) === String(key)) return item.key.range?.[0];
      }
    }
  }
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
