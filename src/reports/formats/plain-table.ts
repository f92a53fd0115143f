import CliTable from 'cli-table3';
import { escapeControls } from '../../core/errors.js';

/** A borderless list for a terminal: headings, then rows; cells are plain text. */
export function plainTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = '';
  const grid = new CliTable({
    head: [...headings],
    chars: {
      top: none,
      'top-mid': none,
      'top-left': none,
      'top-right': none,
      bottom: none,
      'bottom-mid': none,
      'bottom-left': none,
      'bottom-right': none,
      left: none,
      'left-mid': none,
      mid: none,
      'mid-mid': none,
      right: none,
      'right-mid': none,
      middle: '  ',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) grid.push(row.map(escapeControls));
  return grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
