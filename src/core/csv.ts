import { readFile } from 'node:fs/promises';
import { MaskbenchError, type ErrorCode } from './errors.js';
import { unreadable } from './unreadable.js';

/** A file of comma-separated values (RFC 4180) with a header. */
export interface CsvTable {
  readonly path: string;
  /** The header, without spaces around its names. */
  readonly columns: readonly string[];
  /** As many fields each as there are columns. */
  readonly rows: readonly CsvRow[];
}

interface CsvRow {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** What may stand between fields. */
export const CSV_DELIMITERS = [',', ';', '\t'] as const;
type Delimiter = (typeof CSV_DELIMITERS)[number];

/**
 * Reads a whole table. Strict, since a field that slips into the next column is a wrong number without a word: UTF-8 (a
 * byte order mark is passed over), a field in quotes whole or not at all, as many fields in every line as in the header.
 * Lines end with or without a carriage return; empty ones are passed over.
 *
 * @param at where it lies, if it is not the path that messages name
 * @param what the table holds, for messages: `times`
 * @param anyCase whether the names of columns are known in any case; they are given in small letters then
 * @throws MaskbenchError `data.missing` for no such file, `data.unreadable` naming file and line.
 */
export async function readCsv(
  path: string,
  {
    what,
    delimiter = ',',
    anyCase = false,
    at = path,
  }: {
    readonly what: string;
    readonly delimiter?: Delimiter | undefined;
    readonly anyCase?: boolean;
    readonly at?: string;
  },
): Promise<CsvTable> {
  const bytes = await readFile(at).catch((cause: unknown) => {
    throw unreadable(path, cause, { what: `file of ${what}` });
  });
  const [header, ...rows] = [...records(path, decodeUtf8(path, bytes), delimiter)];
  if (header === undefined) throw csvError(path, 1, 'the file is empty', 'expected a header');
  const names = header.fields.map((name) => name.trim());
  const columns = anyCase ? names.map((name) => name.toLowerCase()) : names;
  const again = columns.findIndex((name, i) => columns.indexOf(name) !== i);
  if (again >= 0) {
    const [first, second] = [names[columns.indexOf(columns[again])], names[again]];
    const twice =
      first === second
        ? `column "${first}" appears twice`
        : `columns "${first}" and "${second}" are the same`;
    throw csvError(path, header.line, `the ${twice}`, first === second ? undefined : 'keep one of the two');
  }
  for (const { line, fields } of rows) {
    if (fields.length === columns.length) continue;
    const count = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`;
    throw csvError(path, line, `${count} where the header has ${columns.length}`);
  }
  return { path, columns, rows };
}

/** The place of a column that must be there. @throws MaskbenchError `data.unreadable` */
export function columnOf({ path, columns }: CsvTable, name: string): number {
  const found = columns.indexOf(name);
  if (found >= 0) return found;
  const [only, ...others] = columns;
  const other = others.length > 0 ? undefined : CSV_DELIMITERS.find((mark) => only.includes(mark));
  const message = `no column "${name}"; its columns are ${columns.map((column) => JSON.stringify(column)).join(', ')}`;
  const remedy = `is its delimiter ${JSON.stringify(other)}?`;
  throw csvError(path, 1, message, other === undefined ? undefined : remedy);
}

/** Something that is wrong in a line of a table. */
export function csvError(
  path: string,
  line: number,
  message: string,
  remedy?: string,
  code: ErrorCode = 'data.unreadable',
): MaskbenchError {
  return new MaskbenchError(code, message, {
    where: `${path}:${line}`,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function decodeUtf8(path: string, bytes: Buffer): string {
  const decode = (part: Buffer): string => new TextDecoder('utf-8', { fatal: true }).decode(part);
  const remedy = 'save it as UTF-8';
  if (/^(fffe|feff)/.test(bytes.toString('hex', 0, 2))) throw csvError(path, 1, 'it is UTF-16', remedy);
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw csvError(path, lineAt(bytes, zero), 'a byte 0: it is UTF-16 or not text', remedy);
  try {
    return decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      try {
        decode(bytes.subarray(start, end));
      } catch {
        break;
      }
      start = end + 1;
    }
    throw csvError(path, lineAt(bytes, start), 'bytes that are not UTF-8 (Latin-1 or Windows?)', remedy);
  }
}

/** The number of the line that the byte at this place is in. */
function lineAt(bytes: Buffer, place: number): number {
  return bytes.subarray(0, place).toString('latin1').split('\n').length;
}

function* records(path: string, text: string, delimiter: Delimiter): Generator<CsvRow, void, undefined> {
  const quoted = /"([^"]*(?:""[^"]*)*)"/y;
  const plain = new RegExp(`[^"${delimiter}\\r\\n]*`, 'y');
  const lineEnd = /\r?\n|$/y;
  let [at, line] = [0, 1];
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  while (at < text.length) {
    const [start, from] = [line, at];
    const fields: string[] = [];
    do {
      if (fields.length > 0) at++;
      const isQuoted = text[at] === '"';
      const found = take(isQuoted ? quoted : plain);
      if (found === null) throw csvError(path, line, 'an unclosed quote');
      fields.push(isQuoted ? found[1].replaceAll('""', '"') : found[0]);
      line += found[0].split('\n').length - 1;
    } while (text[at] === delimiter);
    const [next, empty] = [text[at], at === from];
    if (take(lineEnd) === null) {
      const wrong =
        next === '\r' ? 'a carriage return without a line feed' : `${JSON.stringify(next)} beside a quote`;
      const remedy = 'a field that contains quotes must be quoted as a whole, its own quotes doubled';
      throw csvError(path, line, wrong, next === '\r' ? undefined : remedy);
    }
    line++;
    if (!empty) yield { line: start, fields };
  }
}
