import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { IS_BUILT } from './support/cli.js';
import { shortOrLong } from './support/long.js';

const missing = ['sbatch', 'slurmctld', 'slurmd', 'munged'].filter(
  (command) => spawnSync('which', [command]).status !== 0,
);
const why = !IS_BUILT
  ? 'dist/ is not built'
  : process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'a Slurm of its own needs root on Linux'
    : missing.length > 0
      ? `there is no ${missing[0] ?? ''}: apt-get install slurm-wlm munge`
      : undefined;

describe.skipIf(why !== undefined)(`a real Slurm${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  it('of which one shard is preempted, one killed and one poisoned comes to the undisturbed run', () => {
    const size = shortOrLong(
      ['--samples', '24', '--layers', '1200'],
      ['--samples', '48', '--layers', '1200'],
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(PACKAGE_ROOT, 'scripts', 'try-slurm.mjs'), ...size],
      { encoding: 'utf8' },
    );
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toContain('ok: equal to the undisturbed run, cell for cell');
  }, 900_000);
});
