import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { SQUARE, writeMasks } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe('maskbench score answers bad input with one line', () => {
  async function refuse(argv: readonly string[]): Promise<{ status: number | null; err: string }> {
    const folder = await tempFolder();
    await writeMasks(folder, { 'pred/cat_mask.png': SQUARE, 'gt/cat.png': SQUARE });
    await mkdir(join(folder, 'empty'), { recursive: true });
    const { status, err, out } = await cli(['score', ...argv], folder);
    expect(out).toBe('');
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    return { status, err };
  }

  it.each([
    { argv: ['--pred', 'pred'], status: 64, says: '--gt is missing; name the folder of ground truths' },
    { argv: ['--gt', 'gt'], status: 64, says: '--pred is missing' },
    { argv: ['--pred', 'pred', '--gt', 'nowhere'], status: 65, says: 'no such folder; expected the folder' },
    { argv: ['--pred', 'empty', '--gt', 'gt'], status: 65, says: 'no prediction in this folder' },
    { argv: ['--pred', 'pred', '--gt', 'empty'], status: 65, says: 'no ground truth in this folder' },
    { argv: ['--pred', 'gt/cat.png', '--gt', 'gt'], status: 65, says: 'not a folder' },
    { argv: ['--pred', 'pred', '--gt', 'gt'], status: 65, says: 'try --pred-suffix "_mask"' },
    { argv: ['--pred', 'gt', '--gt', 'gt'], status: 64, says: 'both a prediction and a ground truth' },
    {
      argv: ['--pred', 'pred', '--gt', 'gt', '--protocol', 'fixed,sodd'],
      status: 64,
      says: 'unknown protocol "sodd"; did you mean "sod"?',
    },
    { argv: ['--pred', 'pred', '--gt', 'gt', '--threshold', '0'], status: 64, says: 'from 1 to 255' },
    { argv: ['--pred', 'pred', '--gt', 'gt', '--empty', 'two'], status: 64, says: 'zero' },
    { argv: ['--layout', 'birefnet', '--pred', 'pred', '--gt', 'gt'], status: 65, says: 'no predictions' },
    {
      argv: ['--layout', 'pysodevaltoolkit', '--methods-json', 'm.json', '--datasets-json', 'd.json'],
      status: 65,
      says: 'd.json: no such YAML file',
    },
    {
      argv: ['--pred', 'pred', '--gt', 'gt', '--pred-suffix', '_mask', '--explain', 'kat'],
      status: 64,
      says: 'there is no image "kat"; did you mean "cat"?',
    },
  ])('$argv: $says', async ({ argv, status, says }) => {
    const refused = await refuse(argv);
    expect(refused.status).toBe(status);
    expect(refused.err).toContain(says);
  });
});
