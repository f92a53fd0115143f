import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairNames, pairNamesOfOneFolder, stemOf } from '../../src/datasets/pair-names.js';

const plain = { prefix: '', suffix: '', extensions: ['.png', '.jpg'] };

describe('stemOf', () => {
  it('takes off prefix, suffix and extension', () => {
    expect(stemOf('a.b.png', plain)).toBe('a.b');
    expect(stemOf('m_1_fused.png', { prefix: 'm_', suffix: '_fused', extensions: ['.png'] })).toBe('1');
  });

  it('knows no stem for other names, or where nothing would be left of it', () => {
    expect(stemOf('a.gif', plain)).toBeUndefined();
    expect(stemOf('a.heic', plain)).toBeUndefined();
    expect(stemOf('.png', plain)).toBeUndefined();
    expect(stemOf('ab.png', { prefix: 'ab', suffix: '', extensions: ['.png'] })).toBeUndefined();
    expect(stemOf('ab.png', { prefix: 'ab', suffix: 'b', extensions: ['.png'] })).toBeUndefined();
  });

  it('takes extensions in any case, the rest of a name as it is', () => {
    expect(stemOf('a.PnG', plain)).toBe('a');
    expect(stemOf('a_mask.PNG', { ...plain, suffix: '_mask' })).toBe('a');
    expect(stemOf('a_MASK.png', { ...plain, suffix: '_mask' })).toBeUndefined();
  });

  it('gives back the stem that a name was made of', () => {
    const text = fc.string({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.string({ maxLength: 4 }), text, fc.string({ maxLength: 4 }), (prefix, stem, suffix) => {
        const pattern = { prefix, suffix, extensions: ['.png'] };
        expect(stemOf(`${prefix}${stem}${suffix}.png`, pattern)).toBe(stem);
      }),
    );
  });
});

describe('two folders', () => {
  const any = { prefix: '', suffix: '' };

  it('pair what may not be readable only where nothing readable has its name, and tell the rest', () => {
    const images = ['a.jpg', 'a.heic', 'b.JP2', 'c.nef', 'readme.txt', 'LICENSE'];
    const paired = pairNames(images, any, ['a.png', 'b.png', 'c.xcf', 'c.json'], any);
    expect([...paired.images]).toEqual([
      ['a', ['a.jpg']],
      ['b', ['b.JP2']],
    ]);
    expect([...pairNames(['d.jpg', 'd.PNG'], any, [], any).images.values()]).toEqual([['d.PNG', 'd.jpg']]);
    expect(paired.others).toEqual({ images: ['c.nef', 'a.heic'], truths: ['c.xcf'] });
  });

  it('tell nothing of pictures that a list of extensions leaves out', () => {
    const paired = pairNames(['a.jpg', 'a.png', 'a.heic'], { ...any, extensions: ['.jpg'] }, [], any);
    expect([...paired.images]).toEqual([['a', ['a.jpg']]]);
    expect(paired.others.images).toEqual(['a.heic']);
  });
});

describe('one folder with both sides', () => {
  it('gives a name that fits both to the longer pattern, whichever side that is', () => {
    const names = ['img_a.png', 'a.png', 'b.png'];
    const paired = pairNamesOfOneFolder(names, { ...plain, prefix: 'img_' }, plain);
    expect([...(paired?.images.keys() ?? [])]).toEqual(['a']);
    expect([...(paired?.truths.keys() ?? [])]).toEqual(['a', 'b']);
  });

  it('tells what fits neither side once', () => {
    const names = ['a.png', 'a_m.png', 'x.dat', 'notes.md'];
    const any = { prefix: '', suffix: '' };
    expect(pairNamesOfOneFolder(names, any, { ...any, suffix: '_m' })?.others).toEqual({
      images: ['x.dat'],
      truths: [],
    });
  });

  it('cannot be told apart by equally long patterns that fit the same name', () => {
    expect(
      pairNamesOfOneFolder(['a_b.png'], { ...plain, prefix: 'a_' }, { ...plain, suffix: '_b' }),
    ).toBeUndefined();
  });
});
