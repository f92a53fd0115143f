import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, IS_BUILT, startCli, stopStarted } from '../support/cli.js';
import { CAN_LOOK_UP_PROCESSES, inferenceProcesses, until } from '../support/processes.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['slow'], samples: 5 });
});
afterAll(async () => {
  await stopStarted();
  await workspace.remove();
});

const start = (...argv: readonly string[]): ReturnType<typeof startCli> => startCli(argv, workspace.folder);
/** The same in this process, where it is no matter of processes. */
const inside = (...argv: readonly string[]): ReturnType<typeof cli> => cli(argv, workspace.folder);
const runOf = (out: string): readonly string[] => ['run', 'run.yaml', '--no-time', '--out', out];
const isPredicting = (out: string) => () => existsSync(workspace.path(out, 'predictions', 'slow', 'tiny'));

// Side by side, each in a run folder of its own.
describe.skipIf(!IS_BUILT).concurrent('maskbench as a process (skipped unless dist/ is built)', () => {
  it('ends with the status of its command', async () => {
    expect(await start('devices', '--json').result).toMatchObject({ status: 0, err: '' });
    expect(await start('run', 'none.yaml').result).toMatchObject({ status: 65, out: '' });
  });

  it('is interrupted by Ctrl-C with 130 and one line, and the run can be resumed', async () => {
    const running = start(...runOf('SIGINT'));
    await until('the first matte is there', isPredicting('SIGINT'));
    running.process.kill('SIGINT');
    const { status, err } = await running.result;
    expect(status).toBe(130);
    expect(err.trimEnd().split('\n').at(-1)).toBe('interrupted; continue with "maskbench resume SIGINT"');
    expect(err).not.toContain('bug');
    expect(existsSync(workspace.path('SIGINT', '.lock'))).toBe(false);
    if (CAN_LOOK_UP_PROCESSES) expect(inferenceProcesses(running.pid)).toEqual([]);
    const resumed = await inside(...runOf('SIGINT'), '--resume');
    expect(resumed.status).toBe(0);
    expect(resumed.out).toMatch(/slow .* 5\/5/);
  });

  it.skipIf(process.platform === 'win32').each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ] as const)('is ended by %s with %i and one line, and the run can be resumed', async (signal, expected) => {
    const running = start(...runOf(signal));
    await until('the first matte is there', isPredicting(signal));
    running.process.kill(signal);
    const { status, err } = await running.result;
    expect(status).toBe(expected);
    expect(err.trimEnd().split('\n').at(-1)).toBe(`interrupted; continue with "maskbench resume ${signal}"`);
    expect(existsSync(workspace.path(signal, '.lock'))).toBe(false);
    const resumed = await inside(...runOf(signal), '--resume');
    expect(resumed.status).toBe(0);
    expect(resumed.out).toMatch(/slow .* 5\/5/);
  });

  it.skipIf(process.platform === 'win32')(
    'is refused in a run folder that another process is writing, which goes on undisturbed',
    async () => {
      const first = start(...runOf('held'));
      await until('the first matte is there', isPredicting('held'));
      // Held, so that it is still at work when the others come.
      first.process.kill('SIGSTOP');
      const second = await inside(...runOf('held'), '--resume', '--wait', '0');
      expect(second.status).toBe(75);
      expect(second.err).toMatch(
        new RegExp(`^maskbench: .*held: process ${first.pid} on .* has been writing this run since 20.*\\n$`),
      );
      const third = await inside(...runOf('held'));
      expect(third.status).toBe(64);
      expect(third.err).toMatch(/a run is already there; continue it with --resume/);
      first.process.kill('SIGCONT');
      expect(await first.result).toMatchObject({ status: 0 });
    },
  );

  it('is refused in a finished run folder without --resume, and under other settings with it', async () => {
    expect(await inside(...runOf('finished'), '--limit', '1')).toMatchObject({ status: 0 });
    const again = await inside(...runOf('finished'));
    expect(again.status).toBe(64);
    expect(again.err).toMatch(
      /^maskbench: .*finished: a run is already there; continue it with --resume, replace it with --overwrite, or .*--out\n$/,
    );
    const other = await inside(...runOf('finished'), '--limit', '2', '--resume');
    expect(other.status).toBe(64);
    expect(other.err).toMatch(
      /made under other settings: .*limit \(1 there, 2 now\); resume with the same config/,
    );
  });

  it('refuses webgpu where there is no driver, and does not fall back', async () => {
    const env = { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' };
    const { status, err, out } = await startCli(
      [...runOf('webgpu'), '--device', 'webgpu'],
      workspace.folder,
      env,
    ).result;
    // Metal and Direct3D have no such variable: there the run may succeed, on the GPU.
    if (process.platform === 'linux') {
      expect(status).toBe(69);
      expect(out).toBe('');
      expect(err).toMatch(/device webgpu is not available: .*; needs .*Vulkan/);
    } else expect([0, 69]).toContain(status);
  });
});
