import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeRuns } from '../../src/pipeline/merge.js';
import { execute, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 7 });
  const shard = (out: string, part: number): Promise<unknown> =>
    execute(workspace, { out: workspace.path(out), shard: [part, 2], phases: { time: false } });
  const move = async (from: string, to: string): Promise<void> => {
    for (const [folder, extension] of [
      ['im', 'jpg'],
      ['gt', 'png'],
    ] as const)
      await rename(
        workspace.path('data', folder, `${from}.${extension}`),
        workspace.path('data', folder, `${to}.${extension}`),
      );
  };
  await shard('one', 1);
  await shard('two', 2);
  await move('000', '.000');
  await shard('one-less', 2);
  await move('001', '.001');
  await shard('two-less', 1);
}, 120_000);
afterAll(() => workspace.remove());

describe('shards between which images came or went', () => {
  it.each([
    ['the first went, so that others are planned twice', 'one', 'one-less'],
    ['the first two went and one came, so that all are planned twice', 'two-less', 'one-less'],
    ['two came, of which one is planned by none', 'two-less', 'two'],
  ])('are not merged: %s', async (_what, ...names) => {
    const out = workspace.path('merged');
    const merged = mergeRuns(
      names.map((name) => workspace.path(name)),
      out,
    );
    await expect(merged).rejects.toMatchObject({
      code: 'run.mismatch',
      message: expect.stringContaining('is not its turn') as string,
    });
    expect(existsSync(out)).toBe(false);
  });
});
