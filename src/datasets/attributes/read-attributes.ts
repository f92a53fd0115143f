import { columnOf, csvError, readCsv } from '../../core/csv.js';
import { MaskbenchError } from '../../core/errors.js';
import { unknownName } from '../../core/names.js';
import { onDisk } from '../../core/objects/on-disk.js';
import { MEASURED_ATTRIBUTES, sameName } from '../../schema/measured-attributes.js';
import type { Sample } from '../dataset.js';
import type { DatasetSpec } from '../spec.js';
import { matchPattern, patternParts } from './name-pattern.js';

type Attributes = Sample['attributes'];
type From = NonNullable<DatasetSpec['attributes']>;

/** Where the attributes of a dataset's samples come from. */
export interface AttributeSource {
  /** The file or the pattern, for messages. */
  readonly where: string;
  readonly names: readonly string[];
  /** Undefined for a sample that nothing is said of; empty values are left out. */
  of(id: string): Attributes | undefined;
  /** The ids that something is said of, and in which line; of a pattern none. */
  readonly lines: ReadonlyMap<string, number>;
}

/**
 * @param path of the file, where the attributes come from one
 * @throws MaskbenchError `data.missing`, `data.unreadable`, or `data.duplicate` for an id in two lines; `config.invalid` for a
 * name that is taken; `config.unknown-name` for a column that is not there.
 */
export async function openAttributes(from: From, path: string): Promise<AttributeSource> {
  const source = from.pattern === undefined ? await ofTable(from, path) : ofNames(from.pattern);
  const taken = source.names.find((name) => TAKEN.some((other) => sameName(name, other)));
  if (taken === undefined) return source;
  const whose = sameName(taken, SPLIT) ? 'the layout sets it' : 'it is measured on every ground truth';
  throw new MaskbenchError('config.invalid', `"${taken}" cannot be the name of an attribute: ${whose}`, {
    where: source.where,
    remedy: 'give it another name, or leave it out of columns',
  });
}

/** By the split goes what public sets a sample is of: no list may change that. */
const SPLIT = 'split';
const TAKEN = [SPLIT, ...MEASURED_ATTRIBUTES];

function ofNames(pattern: string): AttributeSource {
  // The schema has looked at it.
  const parts = patternParts(pattern) ?? { before: '', fields: [] };
  return {
    where: pattern,
    names: parts.fields.map(({ name }) => name),
    lines: new Map(),
    of(id) {
      const values = matchPattern(parts, id);
      if (values === undefined) return undefined;
      // Only what reads the same as a number: "007" is the name of a subject.
      const numberOrWord = (text: string): string | number =>
        String(Number(text)) === text ? Number(text) : text;
      return Object.fromEntries([...values].map(([name, text]) => [name, numberOrWord(text)]));
    },
  };
}

async function ofTable(
  { delimiter, id: idColumn = 'id', ...from }: From,
  path: string,
): Promise<AttributeSource> {
  const table = await readCsv(path, { what: 'attributes', delimiter, at: await onDisk(path) });
  const id = columnOf(table, idColumn);
  const names = from.columns ?? table.columns.filter((name) => name !== idColumn && name !== '');
  const columns = names.map((name) => {
    const place = table.columns.indexOf(name);
    if (place < 0) throw unknownName('there is no column', name, table.columns, { where: `${path}:1` });
    const values = table.rows.map(({ line, fields }) => ({ line, text: fields[place].trim() }));
    const said = values.filter(({ text }) => text !== '');
    const comma = said.find(({ text }) => text.includes(','));
    // As words they would be sliced by without a word.
    if (comma !== undefined && said.every(({ text }) => isNumber(text.replace(',', '.')))) {
      const message = `${JSON.stringify(comma.text)} in column "${name}" has a decimal comma, or one between thousands`;
      throw csvError(path, comma.line, message, 'write numbers as 0.5 and 1000, or leave it out of columns');
    }
    return { name, place, isNumeric: said.every(({ text }) => isNumber(text)) };
  });
  const rows = new Map<string, readonly string[]>();
  const lines = new Map<string, number>();
  for (const { line, fields } of table.rows) {
    const before = lines.get(fields[id]);
    if (before !== undefined) {
      const message = `${JSON.stringify(fields[id])} is already in line ${before}`;
      throw csvError(path, line, message, 'keep one of the two', 'data.duplicate');
    }
    lines.set(fields[id], line);
    rows.set(fields[id], fields);
  }
  return {
    where: path,
    names,
    lines,
    of(sample) {
      const fields = rows.get(sample);
      if (fields === undefined) return undefined;
      const values = columns.map(({ name, place, isNumeric }) => {
        const text = fields[place].trim();
        return [name, isNumeric && text !== '' ? Number(text) : text] as const;
      });
      return Object.fromEntries(values.filter(([, value]) => value !== ''));
    },
  };
}

/** A decimal number as one writes it: no leading zeros, and no more digits than a number keeps. */
function isNumber(text: string): boolean {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text)) return false;
  return Number.isFinite(Number(text)) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(Number(text)));
}
