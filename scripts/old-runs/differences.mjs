// How two outputs differ in their figures, and which of these differences are declared.

import { shut, words } from './figures.mjs';

/**
 * @typedef {import('./figures.mjs').Figures} Figures
 * @typedef {import('./figures.mjs').Table} Table
 * @typedef {{ at: string, kind: 'added' | 'missing' | 'changed', was?: unknown, now?: unknown }} Difference
 * @typedef {{ case: string, at: string, kind: Difference['kind'], was?: unknown, now?: unknown, reason: string }} Exception
 * @typedef {{ from: string, to: string, reason: string }} Renaming
 */

/** @param {Figures} before @param {Figures} after @returns {Difference[]} */
export function differencesOf(before, after) {
  return [
    ...ofTables(before.tables, after.tables),
    ...ofProse(before.prose, after.prose),
    ...ofValues(before.data, after.data, 'data'),
  ];
}

/**
 * Every table before with the one now that shares most labels with it, so that added tables disturb none.
 *
 * @param {Table[]} before @param {Table[]} after @returns {Difference[]}
 */
function ofTables(before, after) {
  const left = new Set(after);
  const differences = before.flatMap((table, i) => {
    const [closest] = [...left]
      .map((other) => ({ other, likeness: likeness(table, other) }))
      .filter(({ likeness: like }) => like > 0.5)
      .sort((a, b) => b.likeness - a.likeness);
    const at = `table ${i + 1}`;
    if (closest === undefined)
      return [/** @type {Difference} */ ({ at, kind: 'missing', was: nameOf(table) })];
    left.delete(closest.other);
    return ofTable(table, closest.other, at);
  });
  const added = [...left].map(
    (table) => /** @type {Difference} */ ({ at: 'table', kind: 'added', now: nameOf(table) }),
  );
  return [...differences, ...added];
}

/** @param {Table} table */
const nameOf = ({ columns, rows }) => `${columns.join(', ')} (${rows.length} rows)`;
/** @param {Table} table */
const labelsOf = ({ rows }) => rows.map(({ label }) => label);

/** @param {Table} a @param {Table} b */
function likeness(a, b) {
  /** @param {string[]} some @param {string[]} others */
  const shared = (some, others) =>
    some.length === 0 ? 1 : some.filter((name) => others.includes(name)).length / some.length;
  return (shared(a.columns, b.columns) + shared(labelsOf(a), labelsOf(b))) / 2;
}

/** @param {Table} before @param {Table} after @param {string} at @returns {Difference[]} */
function ofTable(before, after, at) {
  const rows = new Map(after.rows.map((row) => [row.label, row]));
  const columns = before.columns.filter((column) => after.columns.includes(column));
  return [
    ...ofNames(before.columns, after.columns, `${at} column`),
    ...ofNames(labelsOf(before), labelsOf(after), `${at} row`),
    ...before.rows.flatMap(({ label, cells }) => {
      const row = rows.get(label);
      return row === undefined
        ? []
        : columns.flatMap((column) =>
            ofValues(cells[column], row.cells[column], `${at} ${label} / ${column}`),
          );
    }),
  ];
}

/** @param {string[]} before @param {string[]} after @param {string} at @returns {Difference[]} */
function ofNames(before, after, at) {
  /** @param {string[]} some @param {string[]} others */
  const common = (some, others) => some.filter((name) => others.includes(name)).join(' | ');
  const [was, now] = [common(before, after), common(after, before)];
  return [
    ...without(before, after).map(
      (name) => /** @type {Difference} */ ({ at: `${at} ${name}`, kind: 'missing' }),
    ),
    ...without(after, before).map(
      (name) => /** @type {Difference} */ ({ at: `${at} ${name}`, kind: 'added' }),
    ),
    ...(was === now ? [] : [/** @type {Difference} */ ({ at: `${at} order`, kind: 'changed', was, now })]),
  ];
}

/** @param {string[]} some @param {string[]} others */
const without = (some, others) => some.filter((name) => !others.includes(name));

/**
 * Words in order: what was left out and what came in, by the longest common sequence.
 *
 * @param {string[]} before @param {string[]} after @returns {Difference[]}
 */
function ofProse(before, after) {
  if (before.join('\n') === after.join('\n')) return [];
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i][j] =
        before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  /** @type {Difference[]} */
  const differences = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) [i, j] = [i + 1, j + 1];
    else if (j >= after.length || (i < before.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      differences.push({ at: 'prose', kind: 'missing', was: before[i++] });
    } else differences.push({ at: 'prose', kind: 'added', now: after[j++] });
  }
  return differences;
}

/**
 * Values of JSON: numbers and short texts exactly, sentences by their words that hold a digit, lists of things that have
 * names by these.
 *
 * @param {unknown} before @param {unknown} after @param {string} at @returns {Difference[]}
 */
function ofValues(before, after, at) {
  if (Object.is(before, after)) return [];
  if (before === undefined) return [{ at, kind: 'added', now: after }];
  if (after === undefined) return [{ at, kind: 'missing', was: before }];
  if (typeof before === 'string' && typeof after === 'string' && shut(before) === shut(after)) return [];
  if (typeof before === 'string' && typeof after === 'string' && isSentence(before) && isSentence(after)) {
    const [was, now] = [words(before).join(' '), words(after).join(' ')];
    return was === now ? [] : [{ at, kind: 'changed', was, now }];
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [names, others] = [namesOf(before), namesOf(after)];
    if (names !== undefined && others !== undefined) {
      const order = ofNames(names, others, at).filter(({ kind }) => kind === 'changed');
      return [...order, ...ofFields(byName(names, before), byName(others, after), at)];
    }
    return ofFields(Object.fromEntries(before.entries()), Object.fromEntries(after.entries()), at);
  }
  if (isRecord(before) && isRecord(after)) return ofFields(before, after, at);
  return [{ at, kind: 'changed', was: before, now: after }];
}

/** @param {Record<string, unknown>} before @param {Record<string, unknown>} after @param {string} at @returns {Difference[]} */
const ofFields = (before, after, at) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    ofValues(before[key], after[key], `${at}/${key}`),
  );

/** @param {string[]} names @param {unknown[]} values @returns {Record<string, unknown>} */
const byName = (names, values) => Object.fromEntries(names.map((name, i) => [name, values[i]]));

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {string} text */
const isSentence = (text) => text.trim().split(/\s+/).length > 2;

/** What makes an item of a list itself. */
const NAMES = [
  'kind',
  'protocol',
  'baseline',
  'candidate',
  'model',
  'dataset',
  'metric',
  'attribute',
  'slice',
  'name',
  'id',
  'status',
];

/** @param {unknown[]} items @returns {string[] | undefined} */
function namesOf(items) {
  const names = items.map((item) =>
    isRecord(item)
      ? NAMES.flatMap((key) => (typeof item[key] === 'string' ? [item[key]] : [])).join(' ')
      : '',
  );
  return names.includes('') || new Set(names).size < names.length ? undefined : names;
}

/**
 * The figures before under the labels of today.
 *
 * @param {Figures} figures @param {readonly Renaming[]} renamings @returns {Figures}
 */
export function renamed(figures, renamings) {
  if (renamings.length === 0) return figures;
  const names = new Map(renamings.map(({ from, to }) => [shut(from), shut(to)]));
  /** @param {string} text */
  const now = (text) => names.get(shut(text)) ?? text;
  return {
    ...figures,
    tables: figures.tables.map(({ columns, rows }) => ({
      columns: columns.map(now),
      rows: rows.map(({ label, cells }) => ({
        label: label.split(' / ').map(now).join(' / '),
        cells: Object.fromEntries(Object.entries(cells).map(([column, cell]) => [now(column), now(cell)])),
      })),
    })),
  };
}

/** Whether it is declared for one of a command line's outputs. @param {Exception} exception @param {string} name */
export const isAbout = (exception, name) => matches(exception.case.split(' ')[0], name);

/** @param {Exception} exception @param {string} name of the case @param {Difference} difference */
export function covers(exception, name, difference) {
  return (
    matches(exception.case, name) &&
    matches(exception.at, difference.at) &&
    exception.kind === difference.kind &&
    ['was', 'now'].every((key) => {
      const wanted = exception[/** @type {'was' | 'now'} */ (key)];
      return (
        wanted === undefined ||
        matches(String(wanted), String(difference[/** @type {'was' | 'now'} */ (key)]))
      );
    })
  );
}

/** `*` stands for anything. @param {string} pattern @param {string} text */
function matches(pattern, text) {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 's').test(text);
}
