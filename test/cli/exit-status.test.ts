import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_STATUS, EXIT_STATUSES, SIGNAL_STATUS } from '../../src/core/errors.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { cli } from '../support/cli.js';

const rows = Object.entries(EXIT_STATUSES);

describe('the table of exit statuses', () => {
  it('has a row for the status of every code and signal, and stands in the documentation', async () => {
    for (const [code, status] of Object.entries({ ...EXIT_STATUS, ...SIGNAL_STATUS }))
      expect(Object.keys(EXIT_STATUSES), code).toContain(String(status));
    const path = join(PACKAGE_ROOT, 'docs', 'exit-status.md');
    const [, table = ''] =
      /<!-- statuses -->\s+([^]*?)\s+<!-- \/statuses -->/.exec(await readFile(path, 'utf8')) ?? [];
    const cells = table.split('\n').map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells.slice(2)).toEqual(rows.map(([status, { means, again }]) => [status, means, again]));
  });

  it('stands in the help', async () => {
    const { out, status } = await cli(['--help'], PACKAGE_ROOT);
    expect(status).toBe(0);
    const [, statuses = ''] = out.split('Exit status:\n');
    expect(statuses.trimEnd().split('\n')).toEqual(
      rows.map(([of, { means }]) => `${of.padStart(5)}  ${means}`),
    );
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
