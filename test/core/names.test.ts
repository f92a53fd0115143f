import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/core/errors.js';
import { choose, hintFor, unknownName } from '../../src/core/names.js';

describe('the hint for an unknown name', () => {
  it('is the name with the fewest edits', () => {
    expect(hintFor('isnet-fp61', ['u2net', 'isnet-fp16', 'isnet-quint8'])).toBe('did you mean "isnet-fp16"?');
    expect(hintFor('U2NET', ['u2netp', 'u2net'])).toBe('did you mean "u2net"?');
  });

  it('is what there is where nothing is near', () => {
    expect(hintFor('completely-different', ['u2net', 'silueta'])).toBe('there are u2net, silueta');
    expect(hintFor('x', [])).toBe('there are none');
    expect(hintFor('x', [], 'see the list')).toBe('see the list');
  });
});

describe('an unknown name', () => {
  it('is one line with its place', () => {
    const error = unknownName('no model', 'u3net', ['u2net'], { where: 'run' });
    expect(error.code).toBe('config.unknown-name');
    expect(describeError(error)).toBe('run: no model "u3net"; did you mean "u2net"?');
  });
});

describe('choosing by name', () => {
  const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  const chosen = (wanted?: readonly string[]): string =>
    choose('no item', items, ({ id }) => id, wanted)
      .map(({ id }) => id)
      .join('');

  it('keeps the order in which they are there, and takes all where nobody asks', () => {
    expect(chosen(['c', 'a'])).toBe('ac');
    expect(chosen()).toBe('abc');
  });

  it('refuses what is not there', () => {
    expect(() => chosen(['a', 'd'])).toThrow('no item "d"');
  });
});
