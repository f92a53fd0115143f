import { describe, expect, it } from 'vitest';
import { MaskbenchError } from '../../src/core/errors.js';
import { explainWriteError } from '../../src/core/failed-write.js';

describe('a run folder that cannot be written to', () => {
  const failing = (code: string): Error => Object.assign(new Error(code), { code });

  it('because the disk is full is no bug, and says how to go on', () => {
    for (const error of [failing('ENOSPC'), failing('EDQUOT'), new MaskbenchError('disk.full', 'x')]) {
      expect(explainWriteError(error, '/runs/r', 'continue with --resume')).toMatchObject({
        code: 'disk.full',
        where: '/runs/r',
        remedy: expect.stringContaining('--resume') as unknown,
      });
    }
  });

  it('for want of permission is a matter of --out', () => {
    expect(explainWriteError(failing('EACCES'), '/runs/r', 'continue with --resume')).toMatchObject({
      code: 'usage',
      remedy: expect.stringContaining('--out') as unknown,
    });
  });

  it('for any other reason is left as it is', () => {
    const bug = new TypeError('undefined is not a function');
    expect(explainWriteError(bug, '/runs/r', 'continue with --resume')).toBe(bug);
  });
});
