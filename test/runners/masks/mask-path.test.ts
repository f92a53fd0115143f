import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maskPathsOf } from '../../../src/runners/masks/mask-files.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();
const sample = { dataset: 'humans', id: 'training/a b' };

describe('the file of a mask', () => {
  it.each([
    ['/m/{id}.png', '/m/training/a b.png'],
    ['/m/{dataset}/{stem}_mask.webp', '/m/humans/a b_mask.webp'],
    ['/m/out-{stem}.png', '/m/out-a b.png'],
    ['/m/{dataset}-{id}.png', '/m/humans-training/a b.png'],
  ])('by the pattern %s is %s', (pattern, path) => {
    expect(maskPathsOf(pattern)(sample)).toBe(path);
  });

  it('in a folder alone is the first of the usual names that is there', async () => {
    const folder = await tempFolder();
    expect(maskPathsOf(folder)(sample)).toBe(join(folder, 'humans', 'training', 'a b.png'));
    await writeFile(join(folder, 'a b.png'), '');
    expect(maskPathsOf(folder)(sample)).toBe(join(folder, 'a b.png'));
    await mkdir(join(folder, 'training'));
    await writeFile(join(folder, 'training', 'a b.png'), '');
    expect(maskPathsOf(folder)(sample)).toBe(join(folder, 'training', 'a b.png'));
  });

  it('in a folder alone has any image\u2019s extension, in any case', async () => {
    const folder = await tempFolder();
    for (const name of ['a b.BMP', 'c.txt', 'd.jp2', 'd.PNG', 'e.png', 'e.jpg'])
      await writeFile(join(folder, name), '');
    const pathOf = maskPathsOf(folder);
    expect(pathOf(sample)).toBe(join(folder, 'a b.BMP'));
    expect(pathOf({ dataset: 'humans', id: 'c' })).toBe(join(folder, 'humans', 'c.png'));
    expect(pathOf({ dataset: 'humans', id: 'd' })).toBe(join(folder, 'd.PNG'));
    expect(() => pathOf({ dataset: 'humans', id: 'e' })).toThrow(
      '"e.jpg" and "e.png" are masks of one image',
    );
  });

  it('never lies outside of the folder of the pattern, whatever an id is called', () => {
    for (const id of ['../secret', '/etc/passwd', 'a/../../b']) {
      expect(() => maskPathsOf('/m/{id}.png')({ dataset: 'd', id })).toThrow(/leaves its folder/);
    }
  });
});
