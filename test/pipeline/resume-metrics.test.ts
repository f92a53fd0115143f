import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { readManifest, runFolder } from '../../src/store/run-folder.js';
import type { ScoreRecord } from '../../src/store/records.js';
import { mergeRuns } from '../../src/pipeline/merge.js';
import { writeSummary } from '../../src/pipeline/summarise.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { linesOf, reseal, writeLines } from '../support/reseal.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

afterEach(() => workspace.remove());

it('a metric that was added later is no column until a resumed run has computed it, for every cell', async () => {
  workspace = await makeWorkspace({ samples: 3 });
  const first = await execute(workspace);
  const folder = runFolder(workspace.path('out'));
  // As a version wrote it that had no balanced error rate.
  const text = await readFile(folder.scores, 'utf8');
  const older = text.replaceAll(/"ber":[^,}]*,/g, '');
  expect(older.length).toBeLessThan(text.length);
  await writeFile(folder.scores, older);
  const manifest = await readManifest(folder);
  const metrics = manifest.metrics?.filter((id) => id !== 'ber') ?? [];
  await writeFile(folder.manifest, JSON.stringify({ ...manifest, metrics }));
  await reseal(folder.path);

  const before = await writeSummary(folder, await readManifest(folder));
  expect(before.cells).toEqual({ planned: 3, scored: 3, failed: 0 });
  expect(before.metrics?.map(({ id }) => id)).not.toContain('ber');
  expect(Object.keys(before.accuracy[0]?.metrics ?? {})).not.toContain('ber');

  await reseal(folder.path);
  const after = await execute(workspace, { resume: true });
  expect(after.accuracy).toEqual(first.accuracy);
  expect((await readManifest(folder)).metrics).toContain('ber');
  expect(await readRecords<ScoreRecord>(folder.scores)).toHaveLength(6);

  // Nothing is lacking now, so nothing is scored again.
  await execute(workspace, { resume: true });
  expect(await readRecords<ScoreRecord>(folder.scores)).toHaveLength(6);
});

it('merging keeps what was measured in scenarios', async () => {
  workspace = await makeWorkspace({ samples: 4 });
  const shards = [1, 2].map((part) => workspace.path(`shard-${part}`));
  for (const [i, out] of shards.entries()) await execute(workspace, { out, shard: [i + 1, 2] });
  const fixture = `${PACKAGE_ROOT}/test/fixtures/runs-0.1/runs/scenarios/scenarios.jsonl`;
  const shard = runFolder(shards[1] ?? '');
  await writeLines(
    shard.scenarios,
    (await linesOf(fixture)).filter((line) => line.includes('"result":{"model":"luma"')),
  );
  await reseal(shard.path);
  const measured = await readFile(shard.scenarios, 'utf8');
  const merged = runFolder(workspace.path('merged'));
  const summary = await mergeRuns(shards, merged.path);
  expect(summary.cells).toEqual({ planned: 4, scored: 4, failed: 0 });
  expect(await readFile(merged.scenarios, 'utf8')).toBe(measured);
  expect(summary.scenarios?.length).toBeGreaterThan(0);
});
