import { existsSync, readdirSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { differences, outcomeOf } from '../../../bench/support/kill-run.mjs';
import { slowGraph } from '../../../bench/support/slow-model.mjs';
import type { PlanStatus } from '../../../src/schema/plan-status.js';
import { cli, IS_BUILT, startCli, stopStarted, type RunningCli } from '../../support/cli.js';
import { noNamespaces, OTHER_HOST, OTHER_PROCESSES } from '../../support/namespaces.js';
import { CAN_LOOK_UP_PROCESSES, until } from '../../support/processes.js';
import { TINY_SIDE, writeGraph } from '../../support/tiny-models.js';
import { makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

const why = !IS_BUILT ? 'dist/ is not built' : !CAN_LOOK_UP_PROCESSES ? 'there is no /proc' : noNamespaces;
const skipped = why === null ? '' : ` (skipped: ${why})`;

let workspace: Workspace;
let expected: Readonly<Record<string, string>>;

const run = (...argv: readonly string[]) => cli(argv, workspace.folder);
const attemptsAt = (shard: number): readonly string[] => {
  const folder = workspace.path('plan', 'attempts', `000${shard}`);
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.includes('.')) : [];
};
const work = (shard: number, inside: readonly string[] = []): RunningCli =>
  startCli(['work', 'plan', '--shard', String(shard)], workspace.folder, {}, inside);
const status = async (): Promise<PlanStatus> =>
  JSON.parse((await run('status', 'plan', '--json')).out) as PlanStatus;

/** Waits until an attempt at a shard has predicted something. */
async function predicting(shard: number, attempts = 1): Promise<void> {
  await until(`attempt ${attempts} at shard ${shard} predicts`, () => {
    const there = attemptsAt(shard).map((name) =>
      workspace.path('plan', 'attempts', `000${shard}`, name, 'predictions.jsonl'),
    );
    return there.filter((path) => existsSync(path)).length >= attempts;
  });
  const files = attemptsAt(shard).map((name) =>
    workspace.path('plan', 'attempts', `000${shard}`, name, 'predictions.jsonl'),
  );
  const isBegun = async (): Promise<boolean> => {
    for (const path of files) if ((await stat(path).catch(() => undefined))?.size ?? 0) return true;
    return false;
  };
  while (!(await isBegun())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.skipIf(why !== null)(`attempts at the shards of a plan${skipped}`, () => {
  beforeAll(async () => {
    workspace = await makeWorkspace({ models: ['slow', 'nan-when-dark'], samples: 12 });
    // Slow enough that there is time to look at an attempt, and to end it.
    await writeGraph(workspace.folder, 'slow', slowGraph(1800), TINY_SIDE);
    expect((await run('run', 'run.yaml', '--no-time', '--out', 'undisturbed')).status).toBe(3);
    expected = await outcomeOf(workspace.path('undisturbed'));
    expect(await run('plan', 'run.yaml', '--shards', '3', '--out', 'plan')).toMatchObject({ status: 0 });
  }, 120_000);
  afterEach(stopStarted);
  afterAll(() => workspace.remove());

  it('that are killed are told, retaken under another host name, and give what they had done', async () => {
    const killed = work(1);
    await predicting(1);
    const during = await status();
    expect(during.running.map(({ shard }) => shard)).toEqual([1]);
    expect(during.array).toBe('2-3');
    killed.process.kill('SIGKILL');
    await killed.result;
    const after = await status();
    expect(after).toMatchObject({
      array: '1-3',
      missing: [2, 3],
      failed: [{ shard: 1, attempts: 1, code: null }],
    });
    const { status: ended, out } = await work(1, OTHER_HOST).result;
    expect(out).toMatch(/Shard 1 of 3 is published: \d+ cells scored \(\d+ by earlier attempts\)/);
    // Cells that failed do not fail the shard.
    expect(ended).toBe(0);
    expect(attemptsAt(1)).toHaveLength(2);
  }, 120_000);

  it('that are terminated end in order, say so, and leave what they had done', async () => {
    const stopped = work(2, []);
    await predicting(2);
    stopped.process.kill('SIGTERM');
    expect((await stopped.result).status).toBe(143);
    expect((await status()).failed).toMatchObject([{ shard: 2, attempts: 1, code: 'cancelled' }]);
  }, 120_000);

  it('that are made at once, in two namespaces of processes and under two names of the host, publish once', async () => {
    const [one, two] = await Promise.all([
      work(2, OTHER_PROCESSES).result,
      work(2, [...OTHER_HOST, ...OTHER_PROCESSES]).result,
    ]);
    expect([one.status, two.status]).toEqual([0, 0]);
    const words = [one.out, two.out].map((out) => /is published|was published/.exec(out)?.[0]).sort();
    expect(words).toEqual(['is published', 'was published']);
    expect(await readdir(workspace.path('plan', 'published'))).toEqual(['0001.json', '0002.json']);
    // One that comes later does nothing, and says so.
    const late = await run('work', 'plan', '--shard', '2');
    expect(late).toMatchObject({ status: 0 });
    expect(late.out).toMatch(/^Shard 2 of 3 was published before, by attempt [0-9a-f]{16}/);
  }, 120_000);

  it('end with 3 for failed cells where that is asked for', async () => {
    const strict = await run('work', 'plan', '--shard', '3', '--strict');
    const { cells } = JSON.parse(
      await readFile(workspace.path('plan', 'published', '0003.json'), 'utf8'),
    ) as { cells: { failed: number } };
    expect(strict.status).toBe(cells.failed > 0 ? 3 : 0);
  }, 120_000);

  it('come to the undisturbed run: nothing doubled, nothing lost', async () => {
    expect((await run('merge', 'plan', '--out', 'merged')).status).toBe(3);
    expect(differences(expected, await outcomeOf(workspace.path('merged')))).toEqual([]);
    const cells = (await readRecords<Record<string, string>>(workspace.path('merged', 'scores.jsonl'))).map(
      ({ model, id }) => `${model}/${id}`,
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(await status()).toMatchObject({
      array: '',
      missing: [],
      failed: [],
      running: [],
      secondsLeft: null,
    });
  }, 120_000);

  it('do not take over from one whose files are damaged, and leave its folder as it is', async () => {
    await rm(workspace.path('plan', 'published', '0001.json'));
    const damaged = attemptsAt(1);
    for (const name of damaged)
      await writeFile(workspace.path('plan', 'attempts', '0001', name, 'predictions.jsonl'), '{"torn"\n');
    const { out } = await run('work', 'plan', '--shard', '1');
    expect(out).toMatch(/^Shard 1 of 3 is published: \d+ cells scored(, \d+ failed)?\n/);
    expect(attemptsAt(1)).toHaveLength(damaged.length + 1);
  }, 120_000);
});
