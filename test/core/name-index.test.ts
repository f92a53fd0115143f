import { describe, expect, it } from 'vitest';
import { nameIndex } from '../../src/core/name-index.js';
import { textColumn } from '../../src/core/text-column.js';
import { createRandom } from '../../src/stats/random.js';

describe('an index of names', () => {
  it('numbers them as a map does, however many there are and whatever characters they have', () => {
    const random = createRandom('names');
    const [index, map] = [nameIndex(), new Map<string, number>()];
    const draw = (): string => {
      const n = random.below(20_000);
      return ['d/', 'größe/', '目录/😀', ''][n % 4] + 'x'.repeat(n % 700 === 0 ? 5000 : n % 3) + String(n);
    };
    for (let i = 0; i < 30_000; i++) {
      const name = draw();
      const number = map.get(name) ?? map.size;
      map.set(name, number);
      expect(index.add(name)).toBe(number);
    }
    expect(index.size).toBe(map.size);
    for (let i = 0; i < 5000; i++) {
      const name = draw();
      expect(index.find(name)).toBe(map.get(name));
    }
    for (const [name, number] of map) expect(index.find(name)).toBe(number);
  });

  it('tells a name from its beginning, its end and nothing', () => {
    const index = nameIndex();
    for (const name of ['ab', 'a', 'b', '']) index.add(name);
    expect(['ab', 'a', 'b', '', 'ba'].map(index.find)).toEqual([0, 1, 2, 3, undefined]);
  });

  it('tells names with halves of characters apart, as a map does', () => {
    const index = nameIndex();
    const names = ['\ud83d', '\ude00', '\ufffd', '\ud83d\ude00', 'a\ud83d', 'a\ufffd'];
    expect(names.map(index.add)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(names.map(index.find)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a column of texts', () => {
  it('gives back each as it was, of whatever length and characters', () => {
    const texts = [
      '0123456789abcdef',
      'é'.repeat(16),
      '目'.repeat(16),
      '',
      'short',
      'x'.repeat(99),
      'fedcba9876543210',
    ];
    const column = textColumn();
    for (let round = 0; round < 3000; round++) texts.forEach(column.push);
    for (let i = 0; i < 3000 * texts.length; i++) expect(column.at(i)).toBe(texts[i % texts.length]);
    const empty = textColumn();
    ['', 'a', ''].forEach(empty.push);
    expect([0, 1, 2].map(empty.at)).toEqual(['', 'a', '']);
  });
});
