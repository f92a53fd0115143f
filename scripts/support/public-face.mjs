// What the declarations that are compiled (dist/*.d.ts) offer: by name, where it is declared, its text and its doc comment.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Where something is declared.
 * @typedef {{ readonly file: string, readonly name: string }} Declared
 * @typedef {{ readonly kind: string, readonly isExported: boolean, readonly text: string, readonly doc: string }} Declaration
 * @typedef {{
 *   readonly local: ReadonlyMap<string, Declaration>,
 *   readonly from: ReadonlyMap<string, Declared & { readonly isExported: boolean }>,
 *   readonly packages: ReadonlyMap<string, string>,
 *   readonly stars: readonly string[],
 * }} Declarations
 */

/** @param {Declared} at */
export const idOf = ({ file, name }) => `${file}#${name}`;

/** @param {Declared} at @returns {Declaration | undefined} */
export const declarationOf = ({ file, name }) => declarationsOf(file).local.get(name);

/** @param {Declared} at */
export const kindOf = (at) => declarationOf(at)?.kind ?? '';

/**
 * What a file of declarations offers, by the name that it has there.
 * @param {string} file @returns {ReadonlyMap<string, Declared>}
 */
export function surfaceOf(file) {
  const { local, from, stars } = declarationsOf(file);
  const own = [...local].flatMap(([name, { isExported }]) =>
    isExported ? [/** @type {const} */ ([name, { file, name }])] : [],
  );
  const again = [...from].flatMap(([name, of]) => {
    const found = of.isExported ? findIn(of.file, of.name) : undefined;
    return found === undefined ? [] : [/** @type {const} */ ([name, found])];
  });
  return new Map([...stars.flatMap((star) => [...surfaceOf(star)]), ...again, ...own]);
}

/** What it offers of other packages, by name. @param {string} file @returns {ReadonlyMap<string, string>} */
export const passedOn = (file) => declarationsOf(file).packages;

/** @param {string} file @param {string} name @returns {Declared | undefined} */
function findIn(file, name) {
  const { local, from, stars } = declarationsOf(file);
  if (local.has(name)) return { file, name };
  const via = from.get(name);
  if (via !== undefined) return findIn(via.file, via.name);
  for (const star of stars) {
    const found = findIn(star, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Types of our own that a declaration's text names. @param {Declared} at @returns {readonly Declared[]} */
export function typesIn(at) {
  const text = withoutComments(declarationOf(at)?.text ?? '');
  return [...new Set(text.match(/[A-Za-z_$][\w$]*/g))].flatMap((word) => {
    const found = word === at.name ? undefined : findIn(at.file, word);
    return found !== undefined && ['interface', 'type', 'class'].includes(kindOf(found)) ? [found] : [];
  });
}

/** @param {string} text */
function withoutComments(text) {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
}

/** @type {Map<string, Declarations>} */
const read = new Map();

/** @param {string} file @returns {Declarations} */
function declarationsOf(file) {
  const known = read.get(file);
  if (known !== undefined) return known;
  /** @type {Map<string, Declaration>} */
  const local = new Map();
  /** @type {Map<string, Declared & { isExported: boolean }>} */
  const from = new Map();
  /** @type {Map<string, string>} */
  const packages = new Map();
  /** @type {string[]} */
  const stars = [];
  let doc = '';
  for (const whole of readFileSync(file, 'utf8').split(/^(?=export |import |declare |interface |type )/m)) {
    // What stands between two statements is said of the second.
    const [, statement = '', said = ''] =
      /^([\s\S]*?)((?:\s*\/\*\*(?:(?!\*\/)[\s\S])*\*\/)?\s*)$/.exec(whole) ?? [];
    const own = doc;
    doc = said.trim();
    const [, verb, names, path = ''] =
      /^(import|export)\s+(?:type\s+)?(\{[^}]*\}|\*)\s*from '([^']*)'/.exec(statement) ?? [];
    const source = resolve(dirname(file), path.replace(/\.js$/, '.d.ts'));
    if (names === '*') stars.push(source);
    for (const [, name = '', here = name] of (names ?? '').matchAll(
      /(?:type )?([\w$]+)(?: as ([\w$]+))?(?=[,\s}])/g,
    )) {
      if (path.startsWith('.')) from.set(here, { file: source, name, isExported: verb === 'export' });
      else if (verb === 'export') packages.set(here, path);
    }
    const [, exported, kind = '', name] =
      /^(export\s+)?(?:declare\s+)?(interface|type|function|const|class)\*?\s+([\w$]+)/.exec(statement) ?? [];
    if (name === undefined) continue;
    const before = local.get(name);
    local.set(name, {
      kind,
      isExported: exported !== undefined,
      text: `${before === undefined ? '' : `${before.text}\n`}${statement}`,
      doc: before?.doc || own,
    });
  }
  const declarations = { local, from, packages, stars };
  read.set(file, declarations);
  return declarations;
}
