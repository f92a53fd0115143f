import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, outcomeOf } from '../../../bench/support/kill-run.mjs';
import { cli, IS_BUILT } from '../../support/cli.js';
import { splitModel, writeFolder } from '../../support/split-model.js';
import { makeWorkspace, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;
const run = (...argv: readonly string[]) => cli(argv, workspace.folder);
const plan = (...more: readonly string[]) =>
  run('plan', 'run.yaml', '--shards', '3', '--out', 'plan', ...more);

beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: 6 });
});
afterAll(() => workspace.remove());

describe('a plan', () => {
  it('lists each sample once, in lists that are together the plan of the run', async () => {
    expect(await plan()).toMatchObject({ status: 0 });
    expect((await readdir(workspace.path('plan'))).sort()).toEqual([
      'files.cache',
      'plan.json',
      'shards',
      'shards.jsonl',
      'weights',
    ]);
    expect(await run('run', 'run.yaml', '--no-time', '--out', 'out')).toMatchObject({ status: 0 });
    const lists = ['0001', '0002', '0003'].map((name) =>
      readFile(workspace.path('plan', 'shards', `${name}.jsonl`), 'utf8'),
    );
    expect((await Promise.all(lists)).join('')).toBe(
      await readFile(workspace.path('out', 'plan.jsonl'), 'utf8'),
    );
  });

  it('that is asked for again is the same, and stays as it is', async () => {
    const before = await readFile(workspace.path('plan', 'plan.json'), 'utf8');
    const { status, out } = await plan();
    expect([status, out]).toEqual([0, expect.stringMatching(/^Planned before, and the same: 6 samples/)]);
    expect(await readFile(workspace.path('plan', 'plan.json'), 'utf8')).toBe(before);
  });

  it('of other images, models, settings or shards is refused, and says in what it differs', async () => {
    const refused = async (...more: readonly string[]): Promise<string> => {
      const before = await readFile(workspace.path('plan', 'plan.json'), 'utf8');
      const { status, err } = await run('plan', 'run.yaml', '--out', 'plan', ...more);
      expect(status).toBe(64);
      expect(await readFile(workspace.path('plan', 'plan.json'), 'utf8')).toBe(before);
      return err;
    };
    expect(await refused('--shards', '2')).toContain('is asked for: 2 shards;');
    expect(await refused('--shards', '3', '--models', 'luma')).toContain('is asked for: other models;');
    expect(await refused('--shards', '3', '--limit', '5')).toContain(
      'is asked for: removed 1 image (tiny/005); other limit;',
    );
    const image = workspace.path('data', 'im', '002.jpg');
    const bytes = await readFile(image);
    await cp(workspace.path('data', 'im', '001.jpg'), image);
    expect(await refused('--shards', '3')).toContain('is asked for: changed 1 image (tiny/002);');
    await writeFile(image, bytes);
    expect(await plan()).toMatchObject({ status: 0 });
  });

  it('needs no cache and no file of the models where it is worked on', async () => {
    for (const name of ['luma.onnx', 'luma.yaml', 'inverse.onnx', 'inverse.yaml', 'run.yaml'])
      await rm(workspace.path(name));
    for (const shard of ['1', '2', '3'])
      expect(await run('work', 'plan', '--shard', shard)).toMatchObject({ status: 0 });
    const expected = await outcomeOf(workspace.path('out'));
    expect(await run('merge', 'plan', '--out', 'merged')).toMatchObject({ status: 0 });
    expect(differences(expected, await outcomeOf(workspace.path('merged')))).toEqual([]);
  });

  it('is not made over other files, nor of more shards than samples', async () => {
    const other = await makeWorkspace({ samples: 2 });
    await mkdir(other.path('full'));
    await writeFile(other.path('full', 'mine.txt'), '');
    const into = (out: string, shards: string) =>
      cli(['plan', 'run.yaml', '--shards', shards, '--out', out], other.folder);
    expect((await into('full', '2')).err).toContain('the folder holds other files (mine.txt)');
    expect((await into('fresh', '3')).err).toContain('2 samples cannot be divided among 3 shards');
    // What was refused is not in the way of the next one.
    expect(await into('fresh', '2')).toMatchObject({ status: 0 });
    await other.remove();
  });

  it('copies the files beside a network that its weights are in', async () => {
    const other = await makeWorkspace({ samples: 2 });
    await writeFolder(other.folder, splitModel());
    await writeFile(
      other.path('luma.yaml'),
      'name: luma\nfiles: file:m.onnx\ninput: { width: 64, height: 48, divideBy: 255 }\n',
    );
    const act = (...argv: readonly string[]) => cli(argv, other.folder);
    expect(await act('plan', 'run.yaml', '--shards', '1', '--out', 'plan')).toMatchObject({ status: 0 });
    for (const name of ['m.onnx', 'm.onnx_data']) await rm(other.path(name));
    expect(await act('work', 'plan', '--shard', '1')).toMatchObject({ status: 0 });
    await other.remove();
  });
});

const hasParallel = spawnSync('parallel', ['--version']).status === 0;
const why = !IS_BUILT ? 'dist/ is not built' : hasParallel ? undefined : 'there is no GNU parallel';
describe.skipIf(why !== undefined)(`GNU parallel${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  it('hands out the shards that are left, and merges them', async () => {
    const other = await makeWorkspace({ samples: 4 });
    const act = (...argv: readonly string[]) => cli(argv, other.folder);
    expect(await act('run', 'run.yaml', '--no-time', '--out', 'out')).toMatchObject({ status: 0 });
    expect(await act('plan', 'run.yaml', '--shards', '4', '--out', 'plan')).toMatchObject({ status: 0 });
    expect(await act('work', 'plan', '--shard', '2')).toMatchObject({ status: 0 });
    const { status, err } = await act(
      'submit',
      'parallel',
      'plan',
      '--go',
      '--at-once',
      '2',
      '--out',
      'merged',
    );
    expect(status, err).toBe(0);
    expect(differences(await outcomeOf(other.path('out')), await outcomeOf(other.path('merged')))).toEqual(
      [],
    );
    expect((await readFile(other.path('plan', 'parallel.log'), 'utf8')).trim().split('\n')).toHaveLength(4);
    expect(await act('submit', 'parallel', 'plan')).toMatchObject({ status: 64 });
    await other.remove();
  }, 180_000);
});
