import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { unitPattern } from '../../src/datasets/attributes/name-pattern.js';
import { suspectedClusters } from '../../src/datasets/suspected-clusters.js';

const say = (
  ids: readonly string[],
  more: Partial<Parameters<typeof suspectedClusters>[0]> = {},
): string | undefined =>
  suspectedClusters({ name: 'd', tags: [], ids, attributes: ids.map(() => ({})), ...more });
const numbered = (stem: string, numbers: readonly number[]): string[] =>
  numbers.map((number) => `${stem}${String(number).padStart(4, '0')}`);

/** The units of these ids by what a hint says to set, as YAML has it. */
function unitsOf(hint = '', ids: readonly string[]): readonly (string | undefined)[] {
  const said: unknown = parse(hint.slice(hint.indexOf('unit: ')));
  const { unit } = z.object({ unit: z.object({ pattern: z.string() }) }).parse(said);
  const found = unitPattern(unit.pattern);
  if (found.kind === 'fault') throw new Error(found.message);
  return ids.map((id) => found.unitOf(id));
}

describe('images that may hang together', () => {
  it('are known of Humans by the sources in their names, and of DIS5K by categories', () => {
    const humans = [
      'validation/abcdefghijklm_person1',
      'validation/bcdefghijklmn_person1',
      'validation/cdefghijklmno_p2',
    ];
    expect(say(humans, { tags: ['humans'] })).toMatch(/share source pictures \(3 images, 2 groups\)/);
    expect(unitsOf(say(humans, { tags: ['humans'] }), [...humans, 'validation/plain'])).toEqual([
      'person1',
      'person1',
      'p2',
      'plain',
    ]);
    expect(say(humans.slice(1), { tags: ['humans'] })).toBeUndefined();
    const attributes = ['Bag', 'Bag', 'Oar'].map((category) => ({ category }));
    const pictures = ['DIS-VD/x', 'DIS-VD/y', 'DIS-VD/z'];
    expect(say(pictures, { tags: ['dis5k-vd'], attributes })).toMatch('set unit: category');
    expect(say(pictures, { attributes })).toBeUndefined();
  });

  it('are known by an attribute such as the video', () => {
    const attributes = ['a', 'a', 'b'].map((video) => ({ video }));
    expect(say(['1x', '2x', '3x'], { attributes })).toMatch('share their video (3 images, 2 groups)');
    expect(say(['1x', '2x', '3x'], { attributes, units: ['a', 'a', 'b'] })).toBeUndefined();
  });

  it('are suspected by stems with numbers, of several series, whose frames may be sampled', () => {
    const clips = ['cat_', 'dog_', 'cow_'].flatMap((stem) => numbered(stem, [1, 2, 3]));
    expect(say(clips)).toMatch(/may be series, by their names alone.*\(9 images, 3 groups\)/);
    const sampled = ['blackswan_', 'bmx_', 'camel_'].flatMap((stem) => numbered(stem, [10, 30, 50]));
    expect(say(sampled)).toMatch(/may be series, by their names alone.*\(9 images, 3 groups\)/);
    expect(unitsOf(say(sampled), ['camel_00010', 'a2/bmx_00030', 'plain', 'a2/7'])).toEqual([
      'camel_',
      'a2/bmx_',
      'plain',
      undefined,
    ]);
    expect(say(clips, { unitFlag: '--unit' })).toMatch(/; if so, give --unit '\^/);
    // Most images share their stem with none.
    expect(say([...sampled, ...Array.from({ length: 9 }, (_, i) => `${'abcdefghi'[i]}x_1`)])).toBeUndefined();
  });

  it('are not suspected of a set that numbers its images, or of splits', () => {
    expect(say(numbered('', [1, 2, 3, 4]))).toBeUndefined();
    expect(say(numbered('im_', [1, 2, 3, 4]))).toBeUndefined();
    expect(say(['a', 'b', 'c'].flatMap((split) => numbered(`${split}/`, [1, 2, 3])))).toBeUndefined();
    expect(say(numbered('IMG_', [1, 2, 7, 91, 4711]))).toBeUndefined();
    expect(say([...numbered('IMG_', [1, 2, 7]), ...numbered('DSC', [4, 5])])).toBeUndefined();
  });
});
