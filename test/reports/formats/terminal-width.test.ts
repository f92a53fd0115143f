import { describe, expect, it } from 'vitest';
import { reportDocument } from '../../../src/reports/document.js';
import { terminal } from '../../../src/reports/formats/terminal.js';
import { SUMMARY } from '../fixed-summary.js';

const linesAt = (width: number): readonly string[] =>
  terminal.render(reportDocument([SUMMARY]), { width }).split('\n');

describe('a report on a terminal', () => {
  it.each([60, 80, 120])(
    'of %i columns has no longer line, and every column of figures of every table',
    (width) => {
      const lines = linesAt(width);
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      const labels = reportDocument([SUMMARY]).tables.flatMap(({ columns }) =>
        columns.filter(({ align }) => align === 'right').map(({ label }) => label),
      );
      // A label may be broken between its words.
      const words = new Set(lines.join(' ').split(/[\s│]+/u));
      for (const word of labels.flatMap((label) => label.split(' '))) expect(words).toContain(word);
    },
  );

  it('keeps the names of rows in each part of a table that is halved', () => {
    const [first = [], second = []] = linesAt(45)
      .join('\n')
      .split('└')
      .map((part) => part.split('\n').filter((line) => line.startsWith('│')));
    for (const part of [first, second]) expect(part.join('\n')).toMatch(/isnet-fp16/);
    expect(first.join('\n')).not.toContain('Apache-2.0');
    expect(second.join('\n')).toContain('Apache-2.0');
  });
});
