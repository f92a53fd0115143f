import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { differences, outcomeOf } from '../../bench/support/kill-run.mjs';
import { cli, IS_BUILT, startCli, stopStarted, type RunningCli } from '../support/cli.js';
import { insideOf, noNamespaces, OTHER_PROCESSES, otherBoot, skippedHere } from '../support/namespaces.js';
import { until } from '../support/processes.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
let expected: Readonly<Record<string, string>>;
/** The run folder of each test. */
let out: string;
let tests = 0;

const runnable = IS_BUILT && noNamespaces === null;

beforeAll(async () => {
  if (!runnable) return;
  workspace = await makeWorkspace({ models: ['slow'], samples: 8 });
  expect(await cli(argv('undisturbed'), workspace.folder)).toMatchObject({ status: 0 });
  expected = await outcomeOf(workspace.path('undisturbed'));
});
beforeEach(() => {
  out = `out-${++tests}`;
});
afterEach(stopStarted);
afterAll(async () => {
  if (runnable) await workspace.remove();
});

function argv(folder: string, ...more: readonly string[]): readonly string[] {
  return ['run', 'run.yaml', '--no-time', '--out', folder, ...more];
}

/** A run behind a command that sets it apart, as far as its first mattes, and then stopped. */
async function beginAndStop(inside: readonly string[]): Promise<{ running: RunningCli; pid: number }> {
  const running = startCli(argv(out), workspace.folder, {}, inside);
  const mattes = workspace.path(out, 'predictions', 'slow', 'tiny');
  await until('the first matte is there', () => existsSync(mattes));
  // What makes another namespace of processes forks; what makes another one of mounts does not.
  const pid = inside === OTHER_PROCESSES ? insideOf(running.pid) : running.pid;
  process.kill(pid, 'SIGSTOP');
  return { running, pid };
}

/** As number 1, like the one that it finds. */
const resume = (...more: readonly string[]): RunningCli =>
  startCli(argv(out, '--resume', '--owner-timeout', '5', ...more), workspace.folder, {}, OTHER_PROCESSES);

async function expectAllThere(): Promise<void> {
  expect(differences(expected, await outcomeOf(workspace.path(out)))).toEqual([]);
}

describe.skipIf(!runnable)(`one writer in a run folder (skipped unless dist/ is built)${skippedHere}`, () => {
  it('of two that are both process number 1 the second waits, and then finds all done', async () => {
    const { running, pid } = await beginAndStop(OTHER_PROCESSES);
    const second = resume();
    await until('the second waits', () => second.err() !== '');
    process.kill(pid, 'SIGCONT');
    expect(await running.result).toMatchObject({ status: 0 });
    const { status, err } = await second.result;
    expect(status, err).toBe(0);
    expect(err).toMatch(
      /^warning: process 1 on .* has been writing this run since .*; waiting for it up to 90 s\n/,
    );
    await expectAllThere();
  }, 180_000);

  it('ends with 75 where the other does not end in time', async () => {
    const { running, pid } = await beginAndStop(OTHER_PROCESSES);
    const { status, err } = await resume('--wait', '0').result;
    expect(status, err).toBe(75);
    expect(err).toMatch(/maskbench: .*: process 1 on .* has been writing this run since .*; try again .*\n$/);
    process.kill(pid, 'SIGCONT');
    expect(await running.result).toMatchObject({ status: 0 });
  }, 180_000);

  it.each(['container', 'boot'])(
    'takes over from a killed one of another %s without a hand',
    async (other) => {
      await writeFile(workspace.path('boot'), '00000000-1111-2222-3333-444444444444\n');
      const inside = other === 'boot' ? otherBoot(workspace.path('boot')) : OTHER_PROCESSES;
      const { running, pid } = await beginAndStop(inside);
      process.kill(pid, 'SIGKILL');
      await running.result;
      const { status, err } = await resume().result;
      expect(status, err).toBe(0);
      await expectAllThere();
    },
    180_000,
  );

  it('takes over from a stopped one, which ends with 75 when it goes on, and nothing is doubled', async () => {
    const { running, pid } = await beginAndStop(OTHER_PROCESSES);
    expect(await resume().result).toMatchObject({ status: 0 });
    process.kill(pid, 'SIGCONT');
    const lost = await running.result;
    expect(lost.status, lost.err).toBe(75);
    expect(lost.err).toMatch(/maskbench: .*: another process has taken over; .*--resume/);
    await expectAllThere();
  }, 180_000);

  it('takes over from one that goes on at once, so that both are at work, and nothing is doubled', async () => {
    const { running, pid } = await beginAndStop(OTHER_PROCESSES);
    const next = resume();
    await until('it has taken over', () => /plan tiny/.test(next.err()), 60_000);
    process.kill(pid, 'SIGCONT');
    const lost = await running.result;
    expect(lost.status, lost.err).toBe(75);
    const ended = await next.result;
    expect(ended.status, ended.err).toBe(0);
    await expectAllThere();
  }, 180_000);
});
