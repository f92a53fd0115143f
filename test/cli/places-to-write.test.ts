import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, IS_BUILT } from '../support/cli.js';
import { writeEqualSides } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const WHY =
  /cannot (write|be written to): (a file is in the way where a folder should be|there is no such folder|this is a folder; name a file)/;

describe.skipIf(!IS_BUILT)('a place that cannot be written to', () => {
  const argvs = [
    ['score', '--pred', 'pred', '--gt', 'gt', '--out', 'file'],
    ['score', '--pred', 'pred', '--gt', 'gt', '--out', 'file/run'],
    ['merge', '1', '2', '--out', 'file'],
    ['merge', '1', '2', '--out', 'file/run'],
    ...['terminal', 'csv', 'html', 'cells-csv', 'parquet', 'svg', 'png'].map((format) => {
      return ['report', '1', '--format', format, '--out', 'file/r'];
    }),
    ['report', '1', '--format', 'svg', '--out', 'file'],
    ['report', '1', '--format', 'html', '--no-embed', '--out', 'file/r.html'],
    ['report', '1', '--out', 'nowhere/r.txt'],
    ['report', '1', '--out', '2'],
    ['gpu', 'prove', '--device', 'cpu', '--out', 'file'],
    ['gpu', 'prove', '--device', 'cpu', '--out', 'file/proof'],
    ['compare', '1', '1', '--out', 'file/c.txt'],
    ['check', '--baseline', 'whole', '--candidate', 'whole', '--junit', 'file/c.xml'],
    ['baseline', 'set', 'x', '--run', 'whole'],
  ];

  it('is one line, by every command that writes; what was written is told', async () => {
    const folder = await tempFolder();
    await writeEqualSides(folder, 'a', 'b');
    for (const file of ['file', 'baselines']) await writeFile(join(folder, file), 'x');
    for (const part of ['1', '2']) {
      const argv = ['score', '--pred', 'pred', '--gt', 'gt', '--shard', `${part}/2`, '--out', part];
      expect((await cli(argv, folder)).status).toBe(0);
    }
    // Nothing is concluded from a shard.
    const whole = ['score', '--pred', 'pred', '--gt', 'gt', '--out', 'whole'];
    expect((await cli(whole, folder)).status).toBe(0);
    for (const format of ['terminal', 'html', 'csv', 'cells-csv', 'parquet'])
      expect(await cli(['report', '1', '--format', format, '--out', `out.${format}`], folder)).toEqual({
        status: 0,
        out: '',
        err: `Written to out.${format}\n`,
      });
    for (const argv of argvs) {
      const { status, err } = await cli(argv, folder);
      const said = err.split('\n').filter((line) => line.startsWith('maskbench: '));
      expect([argv, status, said]).toEqual([argv, 64, [expect.stringMatching(WHY)]]);
      expect(err).not.toMatch(/\bE[A-Z]{4,}\b|bug/);
    }
  }, 120_000);
});
