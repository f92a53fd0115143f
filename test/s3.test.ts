import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { IS_BUILT } from './support/cli.js';
import { shortOrLong } from './support/long.js';

const script = join(PACKAGE_ROOT, 'scripts', 'try-s3.mjs');

describe.runIf(IS_BUILT)('a plan in a bucket of a real server (skipped unless dist/ is built)', () => {
  it('of which processes are killed comes to the undisturbed run', ({ skip }) => {
    const size = shortOrLong(['--kills', '4', '--samples', '24'], ['--kills', '20', '--samples', '48']);
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...size], { encoding: 'utf8' });
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    if (stdout.startsWith('skipped: ')) skip(stdout.trim());
    expect(stdout).toContain('ok: equal to the undisturbed run, cell for cell');
  }, 900_000);
});
