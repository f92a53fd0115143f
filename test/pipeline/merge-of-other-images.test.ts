import { existsSync } from 'node:fs';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeRuns } from '../../src/pipeline/merge.js';
import { reseal } from '../support/reseal.js';
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
    const paths = names.map((name) => workspace.path(name));
    await expect(mergeRuns(paths, out)).rejects.toMatchObject({
      code: 'run.mismatch',
      message: expect.stringContaining(
        'the images of tiny were others when this shard was made than for',
      ) as string,
    });
    // Of earlier versions, which did not say what they listed.
    for (const path of paths) {
      await cp(path, `${path}-before`, { recursive: true });
      const manifest = await readFile(`${path}-before/manifest.json`, 'utf8');
      await writeFile(`${path}-before/manifest.json`, manifest.replace(/ *"listed": "[0-9a-f]{64}",\n/, ''));
      await reseal(`${path}-before`);
    }
    const before = mergeRuns(
      paths.map((path) => `${path}-before`),
      out,
    );
    await expect(before).rejects.toMatchObject({
      code: 'run.mismatch',
      message: expect.stringContaining('is not its turn') as string,
    });
    expect(existsSync(out)).toBe(false);
  });
});
