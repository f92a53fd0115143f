import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandPath } from '../../src/datasets/resolve.js';

const CWD = resolve('/somewhere');

describe('a root', () => {
  it('that is relative starts from the current directory', () => {
    expect(expandPath('data/Humans', {}, CWD)).toBe(join(CWD, 'data/Humans'));
  });

  it('that is absolute stays', () => {
    expect(expandPath(resolve('/data/x'), {}, CWD)).toBe(resolve('/data/x'));
  });

  it('takes variables, and their default where they are unset or empty', () => {
    expect(expandPath('${A}/x/${B}', { A: 'a', B: 'b' }, CWD)).toBe(join(CWD, 'a/x/b'));
    expect(expandPath('${A:-data}/x', {}, CWD)).toBe(join(CWD, 'data/x'));
    expect(expandPath('${A:-data}/x', { A: '' }, CWD)).toBe(join(CWD, 'data/x'));
    expect(expandPath('${A:-data}/x', { A: resolve('/big') }, CWD)).toBe(resolve('/big/x'));
  });

  it('says which variable is not set', () => {
    expect(() => expandPath('${ABSENT}/x', {}, CWD)).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: 'the variable ABSENT is not set' }),
    );
  });

  it('may begin with a tilde, also one that a variable brings', () => {
    expect(expandPath('~/x', {}, CWD)).toBe(join(homedir(), 'x'));
    expect(expandPath('~', {}, CWD)).toBe(homedir());
    expect(expandPath('${A}/x', { A: '~/y' }, CWD)).toBe(join(homedir(), 'y/x'));
    expect(expandPath('a/~/x', {}, CWD)).toBe(join(CWD, 'a/~/x'));
    expect(expandPath('~tmp', {}, CWD)).toBe(join(CWD, '~tmp'));
  });
});
