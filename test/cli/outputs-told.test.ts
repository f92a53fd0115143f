import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, IS_BUILT } from '../support/cli.js';
import { writeEqualSides } from '../support/mask-files.js';
import { reseal } from '../support/reseal.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe.skipIf(!IS_BUILT)('what a run warns of its outputs', () => {
  it('is repeated by compare, check and rank, one line each', async () => {
    const folder = await tempFolder();
    await writeEqualSides(folder, 'a', 'b');
    const score = ['score', '--pred', 'pred', '--gt', 'gt', '--out'];
    for (const out of ['old', 'new']) expect((await cli([...score, out], folder)).status).toBe(0);
    const path = join(folder, 'new', 'summary.json');
    const summary = JSON.parse(await readFile(path, 'utf8')) as object;
    const warning = { model: 'pred', kind: 'constant-mattes', images: 2, of: 2, message: '2 of 2 are alike' };
    const more = { ...warning, model: 'other' };
    await writeFile(path, JSON.stringify({ ...summary, warnings: [warning, more] }));
    await reseal(join(folder, 'new'));
    const told = async (...argv: readonly string[]): Promise<readonly string[]> => {
      const { err } = await cli(argv, folder);
      return err.split('\n').filter((line) => line.startsWith('warning: '));
    };
    const line = 'warning: new: pred: 2 of 2 are alike';
    expect(await told('compare', 'old', 'new')).toEqual([line]);
    expect(await told('compare', 'new', 'new', '--json')).toEqual([line]);
    expect(await told('check', '--baseline', 'old', '--candidate', 'new')).toEqual([line]);
    expect(await told('rank', 'new')).toEqual([line, 'warning: new: other: 2 of 2 are alike']);
    expect(await told('rank', 'old')).toEqual([]);
    await writeFile(path, '{');
    await reseal(join(folder, 'new'));
    expect(await told('rank', 'new')).toEqual([expect.stringMatching(/summary\.json: not JSON/)]);
  }, 60_000);
});
