import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pairedFolders } from '../../../src/datasets/layouts/paired-folders.js';
import { collect, useTempFolder, writeFiles, type Listed } from '../make-files.js';
import { shortOrLong } from '../../support/long.js';

const tempFolder = useTempFolder();

function specOf(fields: Record<string, unknown> = {}): Parameters<typeof pairedFolders.list>[0] {
  return pairedFolders.schema.parse({
    name: 'mine',
    layout: 'paired-folders',
    root: '.',
    images: { path: 'images' },
    truths: { path: 'masks' },
    ...fields,
  });
}

async function list(root: string, fields?: Record<string, unknown>): Promise<Listed> {
  return collect(pairedFolders.list(specOf(fields), root));
}

describe('paired folders', () => {
  it('reports by name what has no partner, shares an id, or is empty, and keeps the rest', async () => {
    const root = await tempFolder();
    await writeFiles(root, [
      'images/good.jpg',
      'masks/good.png',
      'images/lonely.jpg',
      'masks/orphan.png',
      'images/twice.jpg',
      'images/twice.png',
      'masks/twice.png',
    ]);
    await writeFiles(root, ['images/hollow.jpg', 'masks/void.png'], '');
    await writeFiles(root, ['masks/hollow.png', 'images/void.jpg']);
    const { lines, problems } = await list(root);
    expect(lines).toEqual([
      'good',
      'hollow: data.empty',
      'lonely: data.unpaired',
      'orphan: data.unpaired',
      'twice: data.duplicate',
      'void: data.empty',
    ]);
    expect(problems.map(({ path }) => path)).toEqual([
      join(root, 'images/hollow.jpg'),
      join(root, 'images/lonely.jpg'),
      join(root, 'masks/orphan.png'),
      join(root, 'images/twice.jpg'),
      join(root, 'masks/void.png'),
    ]);
    expect(problems[3]?.message).toContain('"twice.png" and "twice.jpg"');
  });

  it('settle two files of one id by a list of extensions', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['images/a.jpg', 'images/a.png', 'masks/a.png']);
    const { samples } = await list(root, { images: { path: 'images', extensions: ['.jpg'] } });
    expect(samples.map(({ imagePath }) => imagePath)).toEqual([join(root, 'images/a.jpg')]);
  });

  it('pass over what operating systems leave behind, and over files that are no images', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['images/a.jpg', 'masks/a.png', 'images/notes.txt', 'masks/.DS_Store']);
    await writeFiles(root, ['images/Thumbs.db', 'images/._a.jpg', 'images/.hidden.png', 'masks/desktop.ini']);
    await writeFiles(root, ['images/__MACOSX/b.jpg', 'masks/__MACOSX/b.png']);
    expect((await list(root, { nested: true })).lines).toEqual(['a']);
  });

  it('take prefix and suffix off both sides', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['images/o_1.jpg', 'masks/m_1_alpha.png', 'images/other.jpg']);
    const { lines } = await list(root, {
      images: { path: 'images', prefix: 'o_' },
      truths: { path: 'masks', prefix: 'm_', suffix: '_alpha' },
    });
    expect(lines).toEqual(['1']);
  });

  it('may be one folder whose masks have a suffix', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['all/a.png', 'all/a_mask.png', 'all/b.jpg', 'all/b_mask.png', 'all/c_mask.png']);
    const sides = { images: { path: 'all' }, truths: { path: 'all', suffix: '_mask' } };
    expect((await list(root, sides)).lines).toEqual(['a', 'b', 'c: data.unpaired']);
  });

  it('may be one folder whose masks have another extension', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['a.jpg', 'a.png']);
    const sides = {
      images: { path: '.', extensions: ['.jpg'] },
      truths: { path: '.', extensions: ['.png'] },
    };
    expect((await list(root, sides)).lines).toEqual(['a']);
  });

  it('are refused as one folder where nothing tells the sides apart', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['all/a.png']);
    const sides = { images: { path: 'all' }, truths: { path: 'all' } };
    await expect(list(root, sides)).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('keep the relative path of nested folders in the id, in code-unit order across folders', async () => {
    const root = await tempFolder();
    const stems = ['a', 'a-b', 'a/x', 'a/y/z', 'a0', 'é', 'Z', 'b/only-image'];
    await writeFiles(
      root,
      stems.map((stem) => `images/${stem}.jpg`),
    );
    await writeFiles(
      root,
      stems.filter((stem) => !stem.startsWith('b/')).map((stem) => `masks/${stem}.png`),
    );
    const { lines, samples } = await list(root, { nested: true });
    expect(lines).toEqual(['Z', 'a', 'a-b', 'a/x', 'a/y/z', 'a0', 'b/only-image: data.unpaired', 'é']);
    expect(samples[4]?.truthPath).toBe(join(root, 'masks/a/y/z.png'));
    expect((await list(root)).lines).toEqual(['Z', 'a', 'a-b', 'a/*: data.unpaired', 'a0', 'é']);
  });

  it('nested, do not take the masks below the images for images', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['a.jpg', 'sub/b.jpg', 'masks/a.png', 'masks/sub/b.png']);
    const { lines } = await list(root, { images: { path: '.' }, nested: true });
    expect(lines).toEqual(['a', 'sub/b']);
  });

  it('try the candidates for a path in turn', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['image/a.jpg', 'matte/a.png']);
    const sides = {
      images: { path: ['val/fg', 'val/image', 'image'] },
      truths: { path: ['alpha', 'matte'] },
    };
    expect((await list(root, sides)).lines).toEqual(['a']);
    const none = { images: { path: ['val/fg', 'val/im'] }, truths: { path: 'matte' } };
    await expect(list(root, none)).rejects.toMatchObject({
      code: 'data.missing',
      message: expect.stringContaining('val/fg or val/im'),
    });
  });

  it('with stars in their paths list every folder as a split', async () => {
    const root = await tempFolder();
    await writeFiles(root, [
      'DIS5K/DIS-VD/im/a.jpg',
      'DIS5K/DIS-VD/gt/a.png',
      'COD/TE-CAMO/im/b.jpg',
      'COD/TE-CAMO/gt/b.png',
      'COD/broken/im/c.jpg',
    ]);
    const sides = { images: { path: '*/*/im' }, truths: { path: '*/*/gt' } };
    const { lines, samples } = await list(root, sides);
    expect(lines).toEqual(['COD/TE-CAMO/b', 'COD/broken: data.missing', 'DIS5K/DIS-VD/a']);
    expect(samples[0]?.attributes).toEqual({ split: 'COD/TE-CAMO' });
    const chosen = await list(root, { ...sides, splits: ['DIS5K/DIS-VD', 'DIS5K/DIS-TE1'] });
    expect(chosen.lines).toEqual(['DIS5K/DIS-TE1: data.missing', 'DIS5K/DIS-VD/a']);
  });

  it('list a great many entries in order, one by one', async () => {
    const root = await tempFolder();
    const count = shortOrLong(1000, 3000);
    const names = Array.from({ length: count }, (_, i) => String((i * 7919) % count).padStart(5, '0'));
    await mkdir(join(root, 'images'));
    await mkdir(join(root, 'masks'));
    await Promise.all(names.map((name) => writeFile(join(root, 'images', `${name}.jpg`), 'x')));
    await Promise.all(names.map((name) => writeFile(join(root, 'masks', `${name}.png`), 'x')));
    const { lines } = await list(root);
    expect(lines).toEqual([...names].sort());
    for await (const entry of pairedFolders.list(specOf(), root)) {
      expect(entry.kind).toBe('sample');
      break;
    }
  });
});

describe('links in paired folders', () => {
  it('are followed inside the root and refused where they leave it', async () => {
    const outside = await tempFolder();
    await writeFiles(outside, ['secret.jpg']);
    const root = await tempFolder();
    await writeFiles(root, ['store/a.jpg', 'masks/a.png', 'masks/b.png', 'masks/c.png', 'images/d.jpg']);
    await symlink(join(root, 'store/a.jpg'), join(root, 'images/a.jpg'));
    await symlink(join(outside, 'secret.jpg'), join(root, 'images/b.jpg'));
    await symlink(join(root, 'nowhere.jpg'), join(root, 'images/c.jpg'));
    await symlink('../store/a.jpg', join(root, 'masks/d.png'));
    const { lines } = await list(root);
    expect(lines).toEqual(['a', 'b: data.unsafe-path', 'c: data.missing', 'd']);
  });

  it('to a folder outside are refused, whether nested or at the top', async () => {
    const outside = await tempFolder();
    await writeFiles(outside, ['x/a.jpg']);
    const root = await tempFolder();
    await writeFiles(root, ['masks/x/a.png', 'masks/b.png', 'images/b.jpg']);
    await symlink(join(outside, 'x'), join(root, 'images/x'));
    const nested = await list(root, { nested: true });
    expect(nested.lines).toEqual(['x: data.unsafe-path', 'b', 'x/a: data.unpaired']);
    await symlink(outside, join(root, 'linked'));
    const top = await list(root, { images: { path: 'linked/x' } });
    expect(top.lines).toEqual(['mine: data.unsafe-path']);
    const sides = { images: { path: '*/x', extensions: ['.jpg'] }, truths: { path: '*/x', suffix: '_m' } };
    const starred = await list(root, sides);
    expect(starred.lines).toContain('linked: data.unsafe-path');
  });

  it('that lead back up do not go on for ever', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['images/a.jpg', 'masks/a.png', 'images/sub/b.jpg', 'masks/sub/b.png']);
    await symlink(join(root, 'images'), join(root, 'images/sub/loop'));
    const { lines } = await list(root, { nested: true });
    expect(lines).toEqual(['a', 'sub/loop: data.unsafe-path', 'sub/b']);
  });

  it('may be the root itself', async () => {
    const store = await tempFolder();
    await writeFiles(store, ['images/a.jpg', 'masks/a.png']);
    const root = join(await tempFolder(), 'link');
    await symlink(store, root);
    expect((await list(root)).lines).toEqual(['a']);
  });
});

describe.skipIf(process.platform === 'win32')('names that cannot be ids', () => {
  it('are refused: a stem of two dots, a backslash', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['images/x...jpg', 'masks/x...png', 'images/xa\\b.jpg', 'masks/xa\\b.png']);
    const prefixed = { images: { path: 'images', prefix: 'x' }, truths: { path: 'masks', prefix: 'x' } };
    expect((await list(root, prefixed)).lines).toEqual(['..: data.unsafe-path', 'a\\b: data.unsafe-path']);
  });

  it('may hold anything else', async () => {
    const root = await tempFolder();
    const odd = ['a b', '100%', "it's", 'naïve', '猫', 'a..b', '#1', 'new\nline', '{x}'];
    await writeFiles(
      root,
      odd.flatMap((stem) => [`images/${stem}.jpg`, `masks/${stem}.png`]),
    );
    expect((await list(root)).lines).toEqual([...odd].sort());
  });

  it('are reported for what is no regular file', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['images/b.jpg', 'masks/a.png', 'masks/b.png']);
    execFileSync('mkfifo', [join(root, 'images/a.jpg')]);
    expect((await list(root)).lines).toEqual(['a: data.unreadable', 'b']);
  });
});
