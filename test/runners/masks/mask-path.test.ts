import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maskPathsOf, openMaskFolders } from '../../../src/runners/masks/mask-files.js';
import { SQUARE, writeMasks } from '../../support/mask-files.js';
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

describe('the file of a mask in folders by dataset', () => {
  it('has its id for a name but for prefix, suffix and extension, once', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'h/training/m-a_mask.png': SQUARE,
      'h/m-b_mask.png': SQUARE,
      'h/m-b_mask.webp': SQUARE,
      'd/a.png': SQUARE,
    });
    const pattern = { prefix: 'm-', suffix: '_mask', extensions: ['.png', '.webp'] };
    const folders = {
      humans: { path: 'h', ...pattern },
      dis: { path: join(folder, 'd'), ...pattern, prefix: '', suffix: '' },
      none: { path: 'nowhere', ...pattern },
    };
    const pathOf = await openMaskFolders(folders, folder);
    expect(pathOf({ dataset: 'humans', id: 'training/a' })).toMatch(/h.training.m-a_mask\.png$/);
    expect(pathOf({ dataset: 'dis', id: 'a' })).toBe(join(folder, 'd', 'a.png'));
    const refused = (dataset: string, id: string) => () => pathOf({ dataset, id });
    expect(refused('humans', 'b')).toThrow(/share the id/);
    // Another sample's mask serves none but its own.
    expect(refused('humans', 'a')).toThrow('no prediction for "a"');
    expect(refused('none', 'a')).toThrow('no prediction for "a"');
    expect(refused('other', 'a')).toThrow('no folder of masks is named for dataset "other"');
  });
});
