import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, outcomeOf } from '../../bench/support/kill-run.mjs';
import { cli, IS_BUILT, startCli, stopStarted, type RunningCli } from '../support/cli.js';
import { insideOf, noNamespaces, OTHER_PROCESSES, otherBoot, skippedHere } from '../support/namespaces.js';
import { until } from '../support/processes.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
let expected: Readonly<Record<string, string>>;

const runnable = IS_BUILT && noNamespaces === null;

beforeAll(async () => {
  if (!runnable) return;
  workspace = await makeWorkspace({ models: ['slow'], samples: 5 });
  expect(await cli(argv('undisturbed'), workspace.folder)).toMatchObject({ status: 0 });
  expected = await outcomeOf(workspace.path('undisturbed'));
});
afterAll(async () => {
  await stopStarted();
  if (runnable) await workspace.remove();
});

function argv(folder: string, ...more: readonly string[]): readonly string[] {
  return ['run', 'run.yaml', '--no-time', '--out', folder, ...more];
}

/** A run behind a command that sets it apart, as far as its first mattes, and then stopped. */
async function beginAndStop(
  out: string,
  inside: readonly string[],
): Promise<{ running: RunningCli; pid: number }> {
  const running = startCli(argv(out), workspace.folder, {}, inside);
  const mattes = workspace.path(out, 'predictions', 'slow', 'tiny');
  await until('the first matte is there', () => existsSync(mattes));
  // What makes another namespace of processes forks; what makes another one of mounts does not.
  const pid = inside === OTHER_PROCESSES ? insideOf(running.pid) : running.pid;
  process.kill(pid, 'SIGSTOP');
  return { running, pid };
}

/** As number 1, like the one that it finds. */
const resume = (out: string, ...more: readonly string[]): RunningCli =>
  startCli(argv(out, '--resume', '--owner-timeout', '5', ...more), workspace.folder, {}, OTHER_PROCESSES);

async function expectAllThere(out: string): Promise<void> {
  expect(differences(expected, await outcomeOf(workspace.path(out)))).toEqual([]);
}

// Side by side, each in a run folder of its own: they wait for each other's silence.
describe
  .skipIf(!runnable)
  .concurrent(`one writer in a run folder (skipped unless dist/ is built)${skippedHere}`, () => {
    it('of two that are both process number 1 the second waits, as long as it was told, and then finds all done', async () => {
      const { running, pid } = await beginAndStop('turn', OTHER_PROCESSES);
      const refused = await resume('turn', '--wait', '0').result;
      expect(refused.status, refused.err).toBe(75);
      expect(refused.err).toMatch(
        /maskbench: .*: process 1 on .* has been writing this run since .*; try again .*\n$/,
      );
      const second = resume('turn');
      await until('the second waits', () => second.err() !== '');
      process.kill(pid, 'SIGCONT');
      expect(await running.result).toMatchObject({ status: 0 });
      const { status, err } = await second.result;
      expect(status, err).toBe(0);
      expect(err).toMatch(
        /^warning: process 1 on .* has been writing this run since .*; waiting for it up to 90 s\n/,
      );
      await expectAllThere('turn');
    }, 180_000);

    it.each(['container', 'boot'])(
      'takes over from a killed one of another %s without a hand',
      async (other) => {
        const boot = workspace.path(`boot-for-${other}`);
        await writeFile(boot, '00000000-1111-2222-3333-444444444444\n');
        const inside = other === 'boot' ? otherBoot(boot) : OTHER_PROCESSES;
        const { running, pid } = await beginAndStop(other, inside);
        process.kill(pid, 'SIGKILL');
        await running.result;
        const { status, err } = await resume(other).result;
        expect(status, err).toBe(0);
        await expectAllThere(other);
      },
      180_000,
    );

    it('takes over from a stopped one, which ends with 75 when it goes on, and nothing is doubled', async () => {
      const { running, pid } = await beginAndStop('stopped', OTHER_PROCESSES);
      expect(await resume('stopped').result).toMatchObject({ status: 0 });
      process.kill(pid, 'SIGCONT');
      const lost = await running.result;
      expect(lost.status, lost.err).toBe(75);
      expect(lost.err).toMatch(/maskbench: .*: another process has taken over; .*--resume/);
      await expectAllThere('stopped');
    }, 180_000);

    it('takes over from one that goes on at once, so that both are at work, and nothing is doubled', async () => {
      const { running, pid } = await beginAndStop('both', OTHER_PROCESSES);
      const next = resume('both');
      await until('it has taken over', () => /plan tiny/.test(next.err()), 60_000);
      process.kill(pid, 'SIGCONT');
      const lost = await running.result;
      expect(lost.status, lost.err).toBe(75);
      const ended = await next.result;
      expect(ended.status, ended.err).toBe(0);
      await expectAllThere('both');
    }, 180_000);
  });
