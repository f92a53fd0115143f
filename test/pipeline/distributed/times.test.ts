import { appendFile, readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../../src/schema/summary.js';
import { cli } from '../../support/cli.js';
import { makeWorkspace, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;
const run = (...argv: readonly string[]) => cli(argv, workspace.folder);
const merged = async (out: string): Promise<Summary> => {
  expect(await run('merge', 'plan', '--out', out)).toMatchObject({ status: 0 });
  return JSON.parse(await readFile(workspace.path(out, 'summary.json'), 'utf8')) as Summary;
};

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 4 });
  expect(await run('plan', 'run.yaml', '--shards', '2', '--out', 'plan')).toMatchObject({ status: 0 });
  for (const shard of ['1', '2'])
    expect(await run('work', 'plan', '--shard', shard)).toMatchObject({ status: 0 });
}, 120_000);
afterAll(() => workspace.remove());

describe('the times of a plan', () => {
  it('are none as long as nobody has taken any', async () => {
    expect((await merged('untimed')).timing).toEqual([]);
  });

  it('are taken apart, published once, and come into the merge of machines of their kind', async () => {
    const first = await run('work', 'plan', '--time');
    expect([first.status, first.out]).toEqual([0, 'Times are published\n']);
    const second = await run('work', 'plan', '--time');
    expect(second.out).toMatch(/^Times were published before, by attempt [0-9a-f]{16}\n$/);
    const names = (await readdir(workspace.path('plan', 'published'))).filter((name) =>
      name.startsWith('time-'),
    );
    expect(names).toHaveLength(1);
    const { timing } = await merged('timed');
    expect(timing.map(({ model, images }) => [model, images])).toEqual([
      ['luma', 2],
      ['luma', 2],
    ]);
    expect(await run('verify', 'timed')).toMatchObject({ status: 0 });
  }, 120_000);

  it('are refused where they are not what was published', async () => {
    const [name = ''] = (await readdir(workspace.path('plan', 'published'))).filter((of) =>
      of.startsWith('time-'),
    );
    const { attempt } = JSON.parse(await readFile(workspace.path('plan', 'published', name), 'utf8')) as {
      attempt: string;
    };
    await appendFile(workspace.path('plan', 'attempts', '0000', attempt, 'timings.jsonl'), '{}\n');
    const { status, err } = await run('merge', 'plan', '--out', 'damaged');
    expect(err).toContain('timings.jsonl is not as it was published');
    expect(status).toBe(65);
  });
});
