import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { humans } from '../../../src/datasets/layouts/humans.js';
import { collect, useTempFolder, writeFiles } from '../make-files.js';

const tempFolder = useTempFolder();
const spec = humans.schema.parse({ name: 'people', layout: 'humans', root: '.' });

describe('the Humans layout', () => {
  it('pairs im and gt of both splits by stem, whatever their extensions', async () => {
    const root = await tempFolder();
    await writeFiles(root, [
      'validation/im/b.jpg',
      'validation/gt/b.png',
      'validation/im/a.png',
      'validation/gt/a.png',
      'training/im/z.JPG',
      'training/gt/z.PNG',
    ]);
    const { samples, problems } = await collect(humans.list(spec, root));
    expect(problems).toEqual([]);
    expect(samples.map(({ id }) => id)).toEqual(['training/z', 'validation/a', 'validation/b']);
    expect(samples[2]).toEqual({
      dataset: 'people',
      id: 'validation/b',
      imagePath: join(root, 'validation/im/b.jpg'),
      truthPath: join(root, 'validation/gt/b.png'),
      attributes: { split: 'validation' },
    });
  });

  it('is found one folder down, where its own scripts put it', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['dataset/validation/im/a.png', 'dataset/validation/gt/a.png']);
    expect((await collect(humans.list(spec, root))).lines).toEqual(['validation/a']);
  });

  it('takes the splits that are there, and reports one that was asked for and is not', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['validation/im/a.png', 'validation/gt/a.png']);
    expect((await collect(humans.list(spec, root))).lines).toEqual(['validation/a']);
    const both = humans.schema.parse({ ...spec, splits: ['validation', 'training'] });
    expect((await collect(humans.list(both, root))).lines).toEqual([
      'training: data.missing',
      'validation/a',
    ]);
    const training = humans.schema.parse({ ...spec, splits: ['training'] });
    await expect(collect(humans.list(training, root))).rejects.toMatchObject({ code: 'data.missing' });
  });

  it('refuses a folder that holds neither split', async () => {
    const root = await tempFolder();
    await expect(collect(humans.list(spec, root))).rejects.toMatchObject({
      code: 'data.missing',
      where: root,
    });
  });

  it('reports a split without its masks, and one without any image', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['validation/im/a.png', 'training/im/readme.txt', 'training/gt/readme.txt']);
    const { problems } = await collect(humans.list(spec, root));
    expect(problems.map(({ id, code, path }) => [id, code, path])).toEqual([
      ['training', 'data.missing', join(root, 'training/im')],
      ['validation', 'data.missing', join(root, 'validation/gt')],
    ]);
  });
});
