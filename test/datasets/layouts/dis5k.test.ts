import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dis5k, dis5kAttributes } from '../../../src/datasets/layouts/dis5k.js';
import { collect, useTempFolder, writeFiles } from '../make-files.js';

const tempFolder = useTempFolder();
const spec = dis5k.schema.parse({ name: 'dis', layout: 'dis5k', root: '.' });
const BASKET = '5#Artifact#1#Basket#3342299538_59c014a904_o';

describe('the DIS5K layout', () => {
  it('lists whichever splits are there, in order, with group and category', async () => {
    const root = await tempFolder();
    await writeFiles(root, [
      `DIS-VD/im/${BASKET}.jpg`,
      `DIS-VD/gt/${BASKET}.png`,
      'DIS-TE4/im/4#Architecture#8#Pavilion#1.jpg',
      'DIS-TE4/gt/4#Architecture#8#Pavilion#1.png',
      'DIS-TR/im/plain.jpg',
      'DIS-TR/gt/plain.png',
    ]);
    const { samples, problems } = await collect(dis5k.list(spec, root));
    expect(problems).toEqual([]);
    expect(samples.map(({ id }) => id)).toEqual([
      'DIS-TE4/4#Architecture#8#Pavilion#1',
      'DIS-TR/plain',
      `DIS-VD/${BASKET}`,
    ]);
    expect(samples[2]?.attributes).toEqual({
      split: 'DIS-VD',
      group: 'Artifact',
      category: 'Basket',
      groupNo: 5,
      categoryNo: 1,
    });
    expect(samples[1]?.attributes).toEqual({ split: 'DIS-TR' });
  });

  it('lists only the splits that are asked for', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['DIS-VD/im/a.jpg', 'DIS-VD/gt/a.png', 'DIS-TR/im/b.jpg', 'DIS-TR/gt/b.png']);
    const only = dis5k.schema.parse({ ...spec, splits: ['DIS-VD'] });
    expect((await collect(dis5k.list(only, root))).lines).toEqual(['DIS-VD/a']);
  });

  it('tells the splits apart for leakage, the four test splits being one set', () => {
    const tags = dis5k.splits(spec).map((split) => dis5k.defaultTags(spec, split).join());
    expect([...new Set(tags)]).toEqual(['dis5k-te', 'dis5k-tr', 'dis5k-vd']);
  });
});

describe("DIS5K's file names", () => {
  it('are split on the first four # only', () => {
    const attributes = { group: 'Tool', category: 'Axe', groupNo: 21, categoryNo: 2 };
    expect(dis5kAttributes('21#Tool#2#Axe#12#34#x_o')).toEqual(attributes);
    expect(dis5kAttributes('21#Tool#2#Axe#')).toEqual(attributes);
  });

  it.each([
    'plain',
    '',
    '21#Tool#2#Axe',
    'x#Tool#2#Axe#1',
    '21##2#Axe#1',
    '21#Tool#two#Axe#1',
    '21#Tool#2##1',
  ])('of another form (%j) have no attributes', (name) => {
    expect(dis5kAttributes(name)).toEqual({});
  });

  it('give back whatever group and category they were made of', () => {
    const word = fc.stringMatching(/^[A-Za-z -]{1,12}$/);
    fc.assert(
      fc.property(
        fc.nat(30),
        word,
        fc.nat(300),
        word,
        fc.string(),
        (groupNo, group, categoryNo, category, rest) => {
          const stem = [groupNo, group, categoryNo, category, rest].join('#');
          expect(dis5kAttributes(stem)).toEqual({ group, category, groupNo, categoryNo });
        },
      ),
    );
  });
});
