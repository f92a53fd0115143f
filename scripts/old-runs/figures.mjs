// What a report says, whatever its format: tables by their labels, and the words of its prose that hold a digit. Two
// outputs that say the same figures under the same labels are equal, however their sentences are worded.

import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';

/**
 * @typedef {{ columns: string[], rows: { label: string, cells: Record<string, string> }[] }} Table
 * @typedef {{ tables: Table[], prose: string[], data?: unknown }} Figures
 * @typedef {{ header: string[], body: string[][] }} Grid
 */

/** @param {string} format @param {string} text as `stored` made it @returns {Figures} */
export function figuresOf(format, text) {
  switch (format) {
    case 'json':
      return { tables: [], prose: [], data: JSON.parse(text) };
    case 'jsonl':
      return {
        tables: [],
        prose: [],
        data: text
          .trim()
          .split('\n')
          .sort()
          .map((line) => JSON.parse(line)),
      };
    case 'csv':
      return { tables: [tableOf(readCsv(text))], prose: [] };
    case 'terminal':
      return fromLines(text, TERMINAL);
    case 'md':
      return fromLines(text.replaceAll(/\\([^|])/g, '$1'), MARKDOWN);
    case 'tex':
      return fromLines(plainLatex(text), LATEX);
    case 'html':
    case 'svg':
      return JSON.parse(text);
    default:
      return { tables: [], prose: words(text.replaceAll(/[<>"=]/g, ' ')) };
  }
}

/**
 * What is kept of an output: pages and drawings as their figures, since the rest of them is large and is style.
 *
 * @param {string} format @param {string} text
 */
export function stored(format, text) {
  if (format === 'json') return `${JSON.stringify(JSON.parse(text))}\n`;
  return format === 'html' ? `${JSON.stringify(fromHtml(text))}\n` : text;
}

/**
 * The drawings of a folder: where everything lies as a checksum, and the words beside it.
 *
 * @param {ReadonlyMap<string, string>} drawings by file name
 */
export function storedDrawings(drawings) {
  const data = [...drawings].map(([name, svg]) => ({
    name,
    drawn: checksum(
      [...svg.matchAll(/\s(?:[a-z-]+)="([^"]*\d[^"]*)"/g)].map(([, value]) => value).join('\n'),
    ),
    words: words(svg.replaceAll(/<[^>]*>/g, ' ')).join(' '),
  }));
  return `${JSON.stringify({ tables: [], prose: [], data })}\n`;
}

/** @param {string} text */
const checksum = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Words that hold a digit, without the punctuation around them. @param {string} text */
export function words(text) {
  return text
    .split(/\s+/)
    .filter((word) => /\d/.test(word))
    .map((word) => word.replace(/^[^\p{L}\p{N}+<>=~-]+/u, '').replace(/[^\p{L}\p{N}%]+$/u, ''));
}

/** Without the spaces, which depend on where a line was wrapped. @param {string} text */
export const shut = (text) => text.replaceAll(/\s+/g, '');

/** Cells at most that say what a row is about. */
const LABEL_CELLS = 5;

/** @param {string} cell */
const isFigure = (cell) => /^[*_$]*(\\\w+\{)?[+<-]?\$?\d|^-+$/.test(cell);

/** Equal names get a number. @param {string[]} names */
function distinct(names) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}

/** A row's label is whatever stands before its first figure, and at least its first cell. @param {Grid} grid @returns {Table} */
function tableOf({ header, body }) {
  const columns = distinct(header.map(shut));
  const rows = body.map((cells) => cells.map((cell) => cell.trim()));
  const labels = distinct(
    rows.map((cells) => {
      const first = cells.findIndex((cell, i) => i > 0 && isFigure(cell));
      const end = isFigure(cells[0]) ? 2 : first < 0 ? cells.length : first;
      return cells.slice(0, Math.min(end, LABEL_CELLS)).map(shut).join(' / ');
    }),
  );
  return {
    columns,
    rows: rows.map((cells, row) => ({
      label: labels[row],
      cells: Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ''])),
    })),
  };
}

/**
 * @typedef {{ opens(line: string): boolean, holds(line: string): boolean, grid(lines: string[]): Grid }} Syntax
 * @param {string} text @param {Syntax} syntax @returns {Figures}
 */
function fromLines(text, { opens, holds, grid }) {
  const lines = text.split('\n');
  const tables = [];
  const prose = [];
  for (let i = 0; i < lines.length; i++) {
    if (!opens(lines[i])) {
      prose.push(lines[i]);
      continue;
    }
    const start = i;
    while (i < lines.length && holds(lines[i])) i++;
    tables.push(tableOf(grid(lines.slice(start, i))));
    i--;
  }
  return { tables, prose: words(prose.join('\n')) };
}

/** @type {Syntax} */
const TERMINAL = {
  opens: (line) => line.startsWith('┌'),
  holds: (line) => /^[┌│├└]/.test(line),
  grid(lines) {
    const ruled = lines.findLastIndex((line) => line.startsWith('├'));
    const above = lines.slice(0, ruled).findLastIndex((line) => !line.startsWith('│'));
    /** @param {string} line */
    const cells = (line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim());
    const [header] = joined(lines.slice(above + 1, ruled).map(cells), () => false);
    // A cell too long for its column goes on below, where the row's own first cells are blank.
    const isNew = (/** @type {string[]} */ row) => row.slice(0, 2).every((cell) => cell !== '');
    return { header, body: joined(lines.slice(ruled + 1, -1).map(cells), isNew) };
  },
};

/** @param {string[][]} lines @param {(row: string[]) => boolean} isNew */
function joined(lines, isNew) {
  /** @type {string[][]} */
  const rows = [];
  for (const line of lines) {
    const last = rows.at(-1);
    if (last === undefined || isNew(line)) rows.push(line);
    else rows[rows.length - 1] = last.map((cell, i) => `${cell} ${line[i] ?? ''}`);
  }
  return rows;
}

/** @type {Syntax} */
const MARKDOWN = {
  opens: (line) => line.startsWith('|'),
  holds: (line) => line.startsWith('|'),
  grid(lines) {
    const [header, , ...body] = lines.map((line) => line.split(/(?<!\\)\|/).slice(1, -1));
    return { header, body };
  },
};

/** @param {string} text */
const plainLatex = (text) =>
  text
    .replaceAll(/\\(allowbreak|textbar|textgreater|textless)\{\}/g, (_all, name) =>
      name === 'allowbreak' ? '' : name === 'textbar' ? '|' : name === 'textgreater' ? '>' : '<',
    )
    .replaceAll(/^\\(label|cmidrule|resizebox|usepackage).*$/gm, '');

/** @type {Syntax} */
const LATEX = {
  opens: (line) => line.startsWith('\\begin{tabular}'),
  holds: (line) => !line.startsWith('\\end{tabular}'),
  grid(lines) {
    const rows = lines
      .filter((line) => line.endsWith('\\\\') && !line.startsWith('\\multicolumn'))
      .map((line) => line.slice(0, -2).split(/(?<!\\)&/));
    let above = '';
    const filled = rows.map(([first, ...others]) => {
      above = first.trim() === '' ? above : first;
      return [above, ...others];
    });
    return { header: filled[0], body: filled.slice(1) };
  },
};

/** @param {string} text @returns {Grid} */
function readCsv(text) {
  /** @type {string[][]} */
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  const [header, ...body] = rows.filter((row) => row.length > 1);
  return { header, body };
}

/** @param {string} text @returns {Figures} */
function fromHtml(text) {
  const { document } = parseHTML(text);
  const data = [...document.querySelectorAll('script[type="application/json"]')].map((script) => ({
    name: script.id,
    drawn: checksum(words(script.textContent.replaceAll(/[[\]{}",:]/g, ' ')).join('\n')),
  }));
  const tables = [...document.querySelectorAll('table')].map((table) => {
    const lines = [...table.querySelectorAll('tr')].map((row) => ({
      head: row.closest('thead') !== null,
      cells: [...row.querySelectorAll('th, td')].map((cell) => cell.textContent),
    }));
    const header = lines.findLast(({ head }) => head)?.cells ?? lines[0]?.cells ?? [];
    return tableOf({ header, body: lines.filter(({ head }) => !head).map(({ cells }) => cells) });
  });
  for (const other of document.querySelectorAll('script, style, svg, table, head')) other.remove();
  // Neighbouring elements are words of their own.
  return { tables, prose: words(document.documentElement.innerHTML.replaceAll(/<[^>]*>/g, ' ')), data };
}
