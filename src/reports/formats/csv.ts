import type { Format } from './format.js';

/** One figure a line, as the document's figures have them. */
export const csv = {
  name: 'csv',
  extension: 'csv',
  summary: 'every figure in long form, one per line',
  render: ({ figures: { columns, rows } }) => [columns, ...rows].map(csvLine).join(''),
} satisfies Format;

/** One line of CSV by RFC 4180. What a spreadsheet would take for a formula gets an apostrophe. */
export function csvLine(cells: readonly (string | number)[]): string {
  const quoted = cells.map((cell) => {
    if (typeof cell === 'number') return String(cell);
    const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${quoted.join(',')}\r\n`;
}
