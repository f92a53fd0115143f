import { cpus, loadavg } from 'node:os';

/**
 * A table of text: the first column to the left, the others to the right.
 *
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    const cells = row.map((cell, i) =>
      i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]),
    );
    console.log(`  ${cells.join('  ')}`.trimEnd());
  }
}

/**
 * A table whose rows are printed as they come, all columns to the right.
 *
 * @param {readonly (readonly [heading: string, width: number])[]} columns
 * @returns {(cells: readonly string[]) => void}
 */
export function startTable(columns) {
  const print = (/** @type {readonly string[]} */ cells) =>
    console.log(`  ${cells.map((cell, i) => cell.padStart(columns[i][1])).join('  ')}`);
  print(columns.map(([heading]) => heading));
  return print;
}

/** @param {number} value */
export function ms(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** @param {number} value */
export function times(value) {
  return `${value.toFixed(2)}x`;
}

/**
 * A bar is a promise about a ratio.
 *
 * @param {boolean} holds
 */
export function verdict(holds) {
  return holds ? 'met' : 'MISSED';
}

export function printMachine() {
  console.log(
    `node ${process.version}, ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
  );
}
