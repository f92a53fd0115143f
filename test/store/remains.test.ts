import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MaskbenchError } from '../../src/core/errors.js';
import { isRemains, removeRemains } from '../../src/store/remains.js';
import { enterRunFolder, runFolder } from '../../src/store/run-folder.js';
import { explainWriteError } from '../../src/pipeline/write-error.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe('what a killed process left half-written', () => {
  it('is told apart from what a run is made of', () => {
    for (const name of ['plan.jsonl.4711.tmp', 'manifest.json.1234567', 'summary.json.99', 'report.html.3']) {
      expect(isRemains(name), name).toBe(true);
    }
    for (const name of [
      'plan.jsonl',
      'manifest.json',
      'report.md',
      'predictions',
      'thesis.tex',
      'a.json.bak',
    ]) {
      expect(isRemains(name), name).toBe(false);
    }
  });

  it('does not keep a folder from being resumed, also when it was killed while the manifest was written', async () => {
    const folder = runFolder(await tempFolder());
    await writeFile(join(folder.path, 'manifest.json.3141592653'), '{"half');
    await writeFile(join(folder.path, 'plan.jsonl.4711.tmp'), '');
    expect(await enterRunFolder(folder, true)).toBe(false);
  });

  it('is removed, and nothing else is', async () => {
    const folder = await tempFolder();
    const mattes = join(folder, 'predictions', 'm', 'd', 'training');
    await mkdir(mattes, { recursive: true });
    for (const path of ['manifest.json', 'manifest.json.31', 'plan.jsonl', 'plan.jsonl.4.tmp', 'notes.txt']) {
      await writeFile(join(folder, path), '');
    }
    for (const name of ['1.png', '1.png.4711.tmp', '2.tmp.png']) await writeFile(join(mattes, name), '');
    await removeRemains(folder);
    expect((await readdir(folder)).sort()).toEqual([
      'manifest.json',
      'notes.txt',
      'plan.jsonl',
      'predictions',
    ]);
    expect((await readdir(mattes)).sort()).toEqual(['1.png', '2.tmp.png']);
  });
});

describe('a run folder that cannot be written to', () => {
  const failing = (code: string): Error => Object.assign(new Error(code), { code });

  it('because the disk is full is no bug, and says how to go on', () => {
    for (const error of [failing('ENOSPC'), failing('EDQUOT'), new MaskbenchError('disk.full', 'x')]) {
      expect(explainWriteError(error, '/runs/r')).toMatchObject({
        code: 'disk.full',
        where: '/runs/r',
        remedy: expect.stringContaining('--resume') as unknown,
      });
    }
  });

  it('for want of permission is a matter of --out', () => {
    expect(explainWriteError(failing('EACCES'), '/runs/r')).toMatchObject({
      code: 'usage',
      remedy: expect.stringContaining('--out') as unknown,
    });
  });

  it('for any other reason is left as it is', () => {
    const bug = new TypeError('undefined is not a function');
    expect(explainWriteError(bug, '/runs/r')).toBe(bug);
  });
});
