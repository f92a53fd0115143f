import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { array, assert, asyncProperty, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf, CSV_DELIMITERS, readCsv, type CsvTable } from '../../src/core/csv.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

async function read(
  content: string | Uint8Array,
  delimiter: (typeof CSV_DELIMITERS)[number] = ',',
): Promise<CsvTable> {
  const path = join(await tempFolder(), 'a.csv');
  await writeFile(path, content);
  return readCsv(path, { what: 'things', delimiter });
}

const fieldsOf = ({ rows }: CsvTable): readonly (readonly string[])[] => rows.map(({ fields }) => fields);

describe('a table of comma-separated values', () => {
  it('has a header and rows with the lines that they begin in', async () => {
    const table = await read('\ufeffid , b\r\n"x, ""y""","two\nlines"\n\n1, 2 \r\n,');
    expect(table.columns).toEqual(['id', 'b']);
    expect(table.rows).toEqual([
      { line: 2, fields: ['x, "y"', 'two\nlines'] },
      { line: 5, fields: ['1', ' 2 '] },
      { line: 6, fields: ['', ''] },
    ]);
    expect(columnOf(table, 'b')).toBe(1);
  });

  it.each(CSV_DELIMITERS)('gives back whatever was written, between %j', async (delimiter) => {
    const field = string({ unit: 'grapheme' }).filter((text) => !/\0/.test(text));
    await assert(
      asyncProperty(array(tuple(field, field), { maxLength: 5 }), async (rows) => {
        const quoted = rows.map((row) =>
          row.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter),
        );
        const table = await read(['a', ...quoted].join('\n').replace('a', `a${delimiter}b`), delimiter);
        expect(fieldsOf(table)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['nothing', '', 'the file is empty', 1],
    ['a column twice', 'a,a\n', 'the column "a" appears twice', 1],
    ['a field too many', 'a,b\n1,2\n1,2,3\n', '3 fields where the header has 2', 3],
    ['a field too few, after one of two lines', 'a,b\n"1\n",2\n1\n', '1 field where the header has 2', 4],
    ['an open quote', 'a\n"b\n', 'an unclosed quote', 2],
    ['a quote inside', 'a\nb"c"\n', '"\\"" beside a quote', 2],
    ['more after a quote', 'a\n"b"c\n', '"c" beside a quote', 2],
    ['a lone carriage return', 'a\rb\r', 'a carriage return without a line feed', 1],
    [
      'Latin-1',
      Buffer.from('a\nb\ncaf\u00e9\n', 'latin1'),
      'bytes that are not UTF-8 (Latin-1 or Windows?)',
      3,
    ],
    ['UTF-16 with its mark', Buffer.from('\ufeffa\n', 'utf16le'), 'it is UTF-16', 1],
    ['UTF-16 without', Buffer.from('a\n', 'utf16le'), 'a byte 0: it is UTF-16 or not text', 1],
  ])('is refused for %s, by file and line', async (_name, content, message, line) => {
    const where = expect.stringMatching(new RegExp(`a\\.csv:${line}$`)) as unknown;
    await expect(read(content)).rejects.toMatchObject({ code: 'data.unreadable', message, where });
  });

  it('says which column is missing, and by which delimiter it may be there', async () => {
    const wrong = await read('id;b\n1;2\n');
    const error = { message: 'no column "id"; its columns are "id;b"', remedy: 'is its delimiter ";"?' };
    expect(() => columnOf(wrong, 'id')).toThrow(expect.objectContaining(error) as Error);
  });
});
