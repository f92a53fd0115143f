import { readFileSync, writeFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScoreRecord } from '../../src/store/records.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
const at = (...names: readonly string[]): string => workspace.path(...names);

beforeEach(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: 3 });
  await cp(at('data', 'gt'), at('masks'), { recursive: true });
  await writeFile(at('inverse.yaml'), 'name: inverse\nfeeding: precomputed\nmasks: { path: masks }\n');
});
afterEach(() => workspace.remove());

describe('a file that changes between its plan and its use', { timeout: 60_000 }, () => {
  it.each([
    { what: 'picture', file: ['data', 'im', '001.jpg'], by: ['data', 'im', '002.jpg'], models: ['luma'] },
    { what: 'mask', file: ['masks', '001.png'], by: ['masks', '002.png'], models: ['inverse'] },
    {
      what: 'ground truth',
      file: ['data', 'gt', '001.png'],
      by: ['data', 'gt', '002.png'],
      models: ['inverse', 'luma'],
    },
  ])('fails the cells of that $what, and they are made once it is back', async ({ file, by, models }) => {
    const [path, other] = [at(...file), readFileSync(at(...by))];
    const bytes = readFileSync(path);
    const failed: string[] = [];
    await execute(workspace, {
      emit(event) {
        if (event.kind === 'phase-ended' && event.phase === 'plan') writeFileSync(path, other);
        if (event.kind !== 'cell-failed') return;
        expect(event).toMatchObject({ id: '001', failure: { code: 'data.unreadable' } });
        expect(event.failure.message).toContain('changed since the run was planned');
        failed.push(event.model);
      },
    });
    expect(failed.sort()).toEqual(models);
    writeFileSync(path, bytes);
    await execute(workspace, { resume: true });
    const whole = at('whole');
    await execute(workspace, { out: whole });
    expect(await scoresOf(at('out'))).toEqual(await scoresOf(whole));
  });
});

/** The last score of every cell. */
async function scoresOf(folder: string): Promise<ReadonlyMap<string, unknown>> {
  const records = await readRecords<ScoreRecord>(`${folder}/scores.jsonl`);
  const scores = records.map((of): [string, unknown] => [
    `${of.model} ${of.id}`,
    of.status === 'done' ? of.metrics : of.failure,
  ]);
  return new Map(scores.sort(([a], [b]) => (a < b ? -1 : 1)));
}
