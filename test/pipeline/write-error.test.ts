import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MaskbenchError } from '../../src/core/errors.js';
import { explainWriteError } from '../../src/core/failed-write.js';
import { execute, makeWorkspace } from '../support/workspace.js';

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

describe('a run folder that is removed during its run', () => {
  it('does not come back by what was under way, and is told so', async () => {
    const workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: 6 });
    try {
      const out = workspace.path('out');
      let removing: Promise<void> | undefined;
      const running = execute(workspace, {
        out,
        emit: (event) => {
          if (event.kind === 'phase-started' && event.phase === 'predict')
            removing ??= rm(out, { recursive: true, force: true });
        },
      });
      await expect(running).rejects.toMatchObject({
        code: 'run.lost',
        message: 'the run folder was removed while the run was written',
      });
      await removing;
      expect(existsSync(out)).toBe(false);
    } finally {
      await workspace.remove();
    }
  });
});
