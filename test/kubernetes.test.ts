import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { IS_BUILT } from './support/cli.js';

const script = join(PACKAGE_ROOT, 'scripts', 'try-kubernetes.mjs');

describe.runIf(IS_BUILT)(
  "what is submitted to Kubernetes and AWS Batch, by the engines' own schemas (skipped unless dist/ is built)",
  () => {
    it('is valid, and misspelt fields are found', ({ skip }) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
      expect(status, `${stdout}\n${stderr}`).toBe(0);
      if (stdout.startsWith('skipped: ')) skip(stdout.trim());
      expect(stdout.match(/^ok: /gm)).toHaveLength(26);
    }, 300_000);
  },
);
