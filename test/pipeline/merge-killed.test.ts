import { cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../bench/support/kill-run.mjs';
import { mergeRuns } from '../../src/pipeline/merge.js';
import { execute, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
let shards: readonly string[];
let expected: Readonly<Record<string, string>>;

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 4 });
  shards = [workspace.path('one'), workspace.path('two')];
  for (const [i, out] of shards.entries()) await execute(workspace, { out, shard: [i + 1, 2] });
  await mergeRuns(shards, workspace.path('whole'));
  expected = await outcomeOf(workspace.path('whole'));
});
afterAll(() => workspace.remove());

/** A merge as it stands at some moment before its manifest is there. */
async function killed(): Promise<string> {
  const out = workspace.path('killed');
  await rm(out, { recursive: true, force: true });
  await cp(workspace.path('whole'), out, { recursive: true });
  await rm(workspace.path('killed', 'manifest.json'));
  return out;
}

describe('a merge that was killed', () => {
  it('is no run, and the whole run once it is asked for again', async () => {
    const out = await killed();
    const predictions = workspace.path('killed', 'predictions.jsonl');
    await writeFile(workspace.path('killed', '.merging'), '');
    await truncate(predictions, Math.floor((await readFile(predictions)).length / 2));
    await rm(workspace.path('killed', 'scores.jsonl'));
    await writeFile(workspace.path('killed', 'report.md'), 'half');
    await mergeRuns(shards, out);
    expect(await outcomeOf(out)).toEqual(expected);
  });

  it('may have been at its very end: asked for again it is what is there, which no other merge replaces', async () => {
    const before = await readFile(workspace.path('whole', 'manifest.json'), 'utf8');
    const merged = await mergeRuns(shards, workspace.path('whole'));
    expect(merged).toMatchObject({ cells: { failed: 0 }, evidence: { kind: 'sealed' } });
    expect(await readFile(workspace.path('whole', 'manifest.json'), 'utf8')).toBe(before);
    await execute(workspace, { out: workspace.path('again'), shard: [2, 2] });
    const others = [workspace.path('one'), workspace.path('again')];
    await expect(mergeRuns(others, workspace.path('whole'))).rejects.toMatchObject({ code: 'run.exists' });
  });

  it('may have been about to say that it merges', async () => {
    const out = workspace.path('early');
    await mkdir(out);
    await writeFile(workspace.path('early', '.merging.0123456789.tmp'), '');
    await mergeRuns(shards, out);
    expect(await outcomeOf(out)).toEqual(expected);
  });

  it('is the whole run too where only what follows it was not done', async () => {
    const out = workspace.path('unreported');
    const fails = async (): Promise<void> => {
      throw new Error('killed');
    };
    await expect(mergeRuns(shards, out, {}, fails)).rejects.toThrow('killed');
    await mergeRuns(shards, out);
    expect(await outcomeOf(out)).toEqual(expected);
  });

  it('is not taken for one where nothing says so: files that are not of a merge stay', async () => {
    const out = await killed();
    await expect(mergeRuns(shards, out)).rejects.toMatchObject({ code: 'run.exists' });
    expect((await readFile(workspace.path('killed', 'scores.jsonl'))).length).toBeGreaterThan(0);
  });
});
