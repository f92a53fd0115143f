import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listMasks, patternOf } from '../../src/datasets/masks-in-folder.js';
import { SQUARE, writeMask, writeMasks } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const any = { pattern: patternOf() };

describe('the masks of a folder', () => {
  it('have their names without extension for ids', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, { 'a.png': SQUARE, 'b.c.png': SQUARE });
    const { names } = await listMasks(folder, 'prediction', any);
    expect([...names.keys()].sort()).toEqual(['a', 'b.c']);
  });

  it('are found below folders where that is asked for, but not in the other side\u2019s', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, { 'a.png': SQUARE, 'x/a.png': SQUARE, 'gt/a.png': SQUARE });
    const flat = await listMasks(folder, 'prediction', any);
    expect([...flat.names.keys()]).toEqual(['a']);
    const nested = await listMasks(folder, 'prediction', {
      ...any,
      nested: true,
      except: join(folder, 'gt'),
    });
    expect([...nested.names.keys()].sort()).toEqual(['a', 'x/a']);
  });

  it('are told apart by prefix and suffix, with or without an extension', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, { 'p_a_mask.png': SQUARE, 'p_b_mask.jpg': SQUARE, 'c.png': SQUARE });
    const both = await listMasks(folder, 'prediction', { pattern: patternOf('p_', '_mask') });
    expect([...both.names.keys()].sort()).toEqual(['a', 'b']);
    expect(both.others).toEqual({ count: 1, example: 'c.png' });
    const one = await listMasks(folder, 'prediction', { pattern: patternOf('p_', '_mask.png') });
    expect([...one.names.keys()]).toEqual(['a']);
  });

  it('with one id are listed together', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, { 'a.png': SQUARE, 'a.jpg': SQUARE });
    const { names } = await listMasks(folder, 'prediction', any);
    expect(names.get('a')?.toSorted()).toEqual(['a.jpg', 'a.png']);
  });

  it('do not include what the system leaves behind', async () => {
    const folder = await tempFolder();
    await writeMask(join(folder, 'a.png'), SQUARE);
    for (const name of ['.DS_Store', 'Thumbs.db', '.a.png']) await writeFile(join(folder, name), '');
    expect(await listMasks(folder, 'prediction', any)).toMatchObject({ others: { count: 0 } });
  });

  it('that are links out of the folder are refused', async () => {
    const [folder, elsewhere] = [await tempFolder(), await tempFolder()];
    await writeMask(join(elsewhere, 'b.png'), SQUARE);
    await symlink(join(elsewhere, 'b.png'), join(folder, 'a.png'));
    const { names, refused } = await listMasks(folder, 'prediction', any);
    expect([...names.keys()]).toEqual(['a']);
    expect(refused.get('a.png')).toMatchObject({ code: 'data.unsafe-path' });
  });

  it('are missed by name where there are none', async () => {
    const folder = await tempFolder();
    await expect(listMasks(join(folder, 'none'), 'ground truth', any)).rejects.toMatchObject({
      code: 'data.missing',
      message: 'no such folder',
      remedy: 'expected the folder of the ground truths',
    });
    await expect(listMasks(folder, 'prediction', any)).rejects.toMatchObject({
      code: 'data.empty',
      message: 'no prediction in this folder',
    });
    await mkdir(join(folder, 'maps'));
    await writeFile(join(folder, 'maps', 'a.npy'), '');
    await expect(listMasks(join(folder, 'maps'), 'prediction', any)).rejects.toMatchObject({
      remedy: expect.stringContaining('found e.g. "a.npy"'),
    });
    await expect(listMasks(join(folder, 'maps', 'a.npy'), 'prediction', any)).rejects.toMatchObject({
      message: 'not a folder',
    });
  });
});
