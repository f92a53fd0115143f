import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../../src/core/package-root.js';
import { IS_BUILT, startCli } from '../../../support/cli.js';
import { useTempFolders } from '../../../support/temp-folder.js';
import { makeWorkspace } from '../../../support/workspace.js';

const newFolder = useTempFolders();
/** What its reporting leaves in the folder for temporary files as soon as it begins. */
const traces = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('mat-debug'));

/** What keeps it silent: our own setting, and the marks of machines that test (the same file of ONNX Runtime names them). */
const silencers = [
  'ORT_DISABLE_TELEMETRY',
  'CI',
  'TF_BUILD',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'CIRCLECI',
  'TRAVIS',
  'JENKINS_URL',
  'CODEBUILD_BUILD_ID',
  'BUILDKITE',
  'TEAMCITY_VERSION',
  'APPVEYOR',
  'BITBUCKET_BUILD_NUMBER',
];
const unset = Object.fromEntries(silencers.map((name) => [name, undefined]));

describe.skipIf(!IS_BUILT || process.platform !== 'linux')(
  'what ONNX Runtime tells its makers (skipped unless dist/ is built, on Linux)',
  () => {
    it('would be told by a process that loads it as it is', async () => {
      const folder = await newFolder();
      const program = `require('onnxruntime-node').InferenceSession.create('none.onnx').catch(() => {})`;
      await promisify(execFile)(process.execPath, ['-e', program], {
        cwd: PACKAGE_ROOT,
        env: { ...process.env, ...unset, TMPDIR: folder },
      });
      expect(await traces(folder)).toHaveLength(1);
    });

    it('is told by none of ours', async () => {
      const workspace = await makeWorkspace({ samples: 2 });
      const folder = await newFolder();
      const env = { ...unset, TMPDIR: folder };
      const run = startCli(['run', 'run.yaml', '--out', 'out'], workspace.folder, env);
      expect(await run.result).toMatchObject({ status: 0 });
      expect(await traces(folder)).toEqual([]);
      await workspace.remove();
    });
  },
);
