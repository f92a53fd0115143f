import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairNamesOfOneFolder, stemOf } from '../../src/datasets/pair-names.js';

const plain = { prefix: '', suffix: '', extensions: ['.png', '.jpg'] };

describe('stemOf', () => {
  it('takes off prefix, suffix and extension', () => {
    expect(stemOf('a.b.png', plain)).toBe('a.b');
    expect(stemOf('m_1_fused.png', { prefix: 'm_', suffix: '_fused', extensions: ['.png'] })).toBe('1');
  });

  it('knows no stem for other names, or where nothing would be left of it', () => {
    expect(stemOf('a.gif', plain)).toBeUndefined();
    expect(stemOf('a.PNG', plain)).toBeUndefined();
    expect(stemOf('.png', plain)).toBeUndefined();
    expect(stemOf('ab.png', { prefix: 'ab', suffix: '', extensions: ['.png'] })).toBeUndefined();
    expect(stemOf('ab.png', { prefix: 'ab', suffix: 'b', extensions: ['.png'] })).toBeUndefined();
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

describe('one folder with both sides', () => {
  it('gives a name that fits both to the longer pattern, whichever side that is', () => {
    const names = ['img_a.png', 'a.png', 'b.png'];
    const paired = pairNamesOfOneFolder(names, { ...plain, prefix: 'img_' }, plain);
    expect([...(paired?.images.keys() ?? [])]).toEqual(['a']);
    expect([...(paired?.truths.keys() ?? [])]).toEqual(['a', 'b']);
  });

  it('cannot be told apart by equally long patterns that fit the same name', () => {
    expect(
      pairNamesOfOneFolder(['a_b.png'], { ...plain, prefix: 'a_' }, { ...plain, suffix: '_b' }),
    ).toBeUndefined();
  });
});
