import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../src/schema/summary.js';
import { reportDocument } from '../../src/reports/document.js';
import { formatNamed, FORMATS } from '../../src/reports/formats/registry.js';
import { HOSTILE, hostileSummary, SUMMARY } from './fixed-summary.js';

async function render(format: string, summary: Summary = SUMMARY): Promise<string> {
  return formatNamed(format).render(reportDocument([summary]));
}

/** Controls other than the line feed, and marks that turn the direction of what follows. */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- that is what must not come through
  /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe('a report of a fixed summary', () => {
  it.each(FORMATS.map(({ name, extension }) => [name, extension]))(
    'as %s is what it was',
    async (name, extension) => {
      await expect(await render(name)).toMatchFileSnapshot(join('__snapshots__', `summary.${extension}`));
    },
  );

  it('has no two formats of one name or one file', () => {
    expect(new Set(FORMATS.map(({ name }) => name)).size).toBe(FORMATS.length);
    expect(new Set(FORMATS.map(({ extension }) => extension)).size).toBe(FORMATS.length);
  });

  it('needs neither times nor published figures nor scores', async () => {
    const bare = {
      ...SUMMARY,
      timing: [],
      published: [],
      failures: [],
      models: SUMMARY.models.map((m) => ({ ...m, timing: null })),
    };
    for (const { name } of FORMATS) expect(await render(name, bare)).toContain('isnet-fp16');
    expect(await render('terminal', bare)).not.toContain('Appendix 1');
  });
});

describe('the terminal report', () => {
  it('has no line longer than 80 columns', async () => {
    const long = (await render('terminal')).split('\n').filter((line) => line.length > 80);
    expect(long).toEqual([]);
  });

  it('breaks long names rather than its lines', async () => {
    const name = 'a-model-with-a-name-that-goes-on-and-on-and-says-everything';
    const rename = (text: string): string => (text === 'isnet-fp16' ? name : text);
    const summary = {
      ...SUMMARY,
      models: SUMMARY.models.map((m) => ({ ...m, name: rename(m.name) })),
      accuracy: SUMMARY.accuracy.map((row) => ({ ...row, model: rename(row.model) })),
      timing: SUMMARY.timing.map((row) => ({ ...row, model: rename(row.model) })),
    };
    const lines = (await render('terminal', summary)).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const firstColumn = lines
      .filter((line) => line.startsWith('│'))
      .map((line) => line.split('│')[1]?.trim());
    expect(firstColumn.join('')).toContain(name);
  });

  it('marks what was trained on the data, what is published and what failed', async () => {
    const text = await render('terminal');
    expect(text).toMatch(/birefnet-general-lite *│ *Humans \(samples\).*0\.979 ‡/);
    expect(text).toMatch(/isnet-general-use│.*│ iou *│ *0\.82│ *0\.877│ *\+0\.057/);
    expect(text).toMatch(/broken .*│ +- *│ +- *│ +- *│ +0\/8/);
    expect(text).toContain('16 of 48 cells failed');
  });
});

describe('a hostile name', () => {
  it.each(HOSTILE)('%j is shown in no format as anything but text', async (text) => {
    const summary = hostileSummary(text);
    for (const format of ['terminal', 'markdown', 'html']) {
      expect(await render(format, summary), format).not.toMatch(INVISIBLE);
      expect(await render(format, summary), format).not.toContain('\r');
    }
  });

  it('becomes no element and no attribute of the page', async () => {
    // But for where a long name may be broken.
    const elements = (html: string): readonly string[] =>
      html.replaceAll('<wbr/>', '').match(/<[!/]?[a-z][a-z0-9]*/gi) ?? [];
    const expected = elements(await render('html'));
    for (const text of HOSTILE) {
      const html = await render('html', hostileSummary(text));
      expect(elements(html)).toEqual(expected);
      expect(html).not.toMatch(/<[^>]*\son\w+\s*=/);
    }
  });

  it('leaves the tables of Markdown as many columns as they have, and no HTML', async () => {
    const columns = (line: string): number => line.replaceAll(/\\./g, '').split('|').length;
    for (const text of HOSTILE) {
      const markdown = await render('markdown', hostileSummary(text));
      const tables = markdown.split('\n\n').filter((block) => block.startsWith('|'));
      expect(tables).toHaveLength(5);
      for (const table of tables) expect(new Set(table.split('\n').map(columns)).size, table).toBe(1);
      expect(markdown.replaceAll(/`[^`]*`/g, '')).not.toMatch(/<[a-z]/i);
    }
  });

  it('is one cell of a CSV file, and no formula', async () => {
    for (const text of HOSTILE) {
      const rows = parseCsv(await render('csv', hostileSummary(text)));
      for (const row of rows) expect(row).toHaveLength(8);
      for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+@\t\r]|^-\D/);
      expect(rows.some((row) => row.some((cell) => cell.endsWith(text)))).toBe(true);
    }
  });

  it('comes back from JSON as it was', async () => {
    for (const text of HOSTILE)
      expect((JSON.parse(await render('json', hostileSummary(text))) as Summary).name).toBe(text);
  });
});

/** RFC 4180. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    const [, quoted, plain = '', end] = match;
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  if (cell.lastIndex !== 0 && cell.lastIndex !== text.length) throw new Error('not RFC 4180');
  return rows.slice(0, -1);
}
