import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outFolder } from '../../src/cli/run/out-folder.js';
import type { Summary } from '../../src/schema/summary.js';
import { cli } from '../support/cli.js';
import { keep, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
let restore: () => Promise<void>;
const BASICS = ['run', '--models', './luma.yaml', '--no-time'];
const FOLDERS = ['--images', 'data/im', '--masks', 'data/gt'];

const maskbench = (...argv: readonly string[]) => cli(argv, workspace.folder);
const summaryOf = async (run: string): Promise<Summary> =>
  JSON.parse(await readFile(workspace.path(run, 'summary.json'), 'utf8')) as Summary;

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 3 });
  restore = await keep(workspace);
});
beforeEach(() => restore());
afterAll(() => workspace.remove());

describe('a run without a config', () => {
  it('pairs two folders by name, and scores as the same dataset in a config does', async () => {
    expect(await maskbench(...BASICS, ...FOLDERS)).toMatchObject({ status: 0 });
    const { accuracy, datasets } = await summaryOf('runs/data');
    expect(datasets).toMatchObject([{ name: 'data', samples: 3, problems: 0 }]);
    expect(await maskbench('run', 'run.yaml', '--no-time', '--out', 'told')).toMatchObject({ status: 0 });
    const told = await summaryOf('told');
    const metrics = (rows: Summary['accuracy']): unknown => rows.map((row) => row.metrics);
    expect(metrics(accuracy)).toEqual(metrics(told.accuracy));
  });

  it('takes prefixes and suffixes, one folder for both sides, and a name', async () => {
    await mkdir(workspace.path('both'));
    for (const name of await readdir(workspace.path('data', 'im')))
      await rename(workspace.path('data', 'im', name), workspace.path('both', `a-${name}`));
    for (const name of await readdir(workspace.path('data', 'gt')))
      await rename(workspace.path('data', 'gt', name), workspace.path('both', name.replace('.', '-m.')));
    const affixes = ['--image-prefix', 'a-', '--mask-suffix', '-m'];
    const folders = ['--images', 'both', '--masks', 'both'];
    const ran = await maskbench(...BASICS, ...folders, ...affixes, '--name', 'mine');
    expect(ran).toMatchObject({ status: 0 });
    expect((await summaryOf('runs/mine')).datasets).toMatchObject([
      { name: 'both', samples: 3, problems: 0 },
    ]);
  });

  it('names the flag that sets units where names look like series, and takes it', async () => {
    const names = ['a_1', 'a_2', 'b_1', 'b_2', 'c_1', 'c_2'];
    for (const side of ['im', 'gt']) {
      const [first = ''] = await readdir(workspace.path('data', side));
      await mkdir(workspace.path('series', side), { recursive: true });
      for (const name of names)
        await cp(workspace.path('data', side, first), workspace.path('series', side, name + extname(first)));
    }
    const folders = ['--images', 'series/im', '--masks', 'series/gt'];
    const without = await maskbench(...BASICS, ...folders);
    expect(without.err).toMatch(
      /series names no units.*6 images, 3 groups\): counted as independent they make intervals narrower/,
    );
    const [, pattern = ''] = /; if so, give --unit '(.*)'$/m.exec(without.err) ?? [];
    const withIt = await maskbench(...BASICS, ...folders, '--unit', pattern, '--name', 'units');
    expect(withIt).toMatchObject({ status: 0 });
    expect(withIt.err).not.toContain('names no units');
    const { accuracy } = await summaryOf('runs/units');
    expect(accuracy[0]?.metrics['iou']).toMatchObject({ n: 6, units: 3 });
    const wrong = await maskbench(...BASICS, ...folders, '--unit', '(', '--name', 'wrong');
    expect([wrong.status, wrong.err]).toEqual([
      64,
      expect.stringMatching(/--unit: not a regular expression: .*; give a pattern/),
    ]);
  });

  it('takes datasets by name or file', async () => {
    expect(await maskbench(...BASICS, '--datasets', './tiny.yaml', '--limit', '2')).toMatchObject({
      status: 0,
    });
    expect((await summaryOf('runs/tiny')).cells).toMatchObject({ planned: 2, scored: 2 });
  });

  it.each([
    [['run'], /neither a config nor --models; give a YAML file/],
    [[...BASICS], /nothing to run the models on; give --images and --masks/],
    [[...BASICS, '--images', 'data/im'], /--masks is missing; name the folder of their masks/],
    [[...BASICS, '--masks', 'data/gt'], /--images is missing/],
    [[...BASICS, ...FOLDERS, '--name', 'a b'], /name: letters, digits/],
    [
      [...BASICS, ...FOLDERS, '--out', 'runs/{data}'],
      /--out knows no \{data\}; there are \{name\}, \{date\} and/,
    ],
    [['run', 'run.yaml', '--images', 'data/im'], /--images is for a run without a config/],
    [['run', 'run.yaml', '--name', 'x'], /--name is for a run without a config/],
    [['run', '--models', 'luma.onnx', ...FOLDERS], /"luma.onnx" does not say how it is fed.*models inspect/],
    [['run', 'quikstart'], /unknown run "quikstart"; did you mean "quickstart"\?/],
  ])('says in one line what is wrong with %j', async (argv, message) => {
    const { status, err } = await maskbench(...argv);
    expect([status, err]).toEqual([64, expect.stringMatching(message)]);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses names of which none have a partner before anything is written, and says what to set', async () => {
    const wrong = await maskbench(...BASICS, ...FOLDERS, '--mask-suffix', '_mask');
    expect([wrong.status, wrong.err]).toEqual([
      65,
      expect.stringMatching(
        /no image of "data" has a ground truth by its name in .*; ground truths: none.*; names must agree .*--mask-suffix/,
      ),
    ]);
    expect(wrong.err).not.toMatch(/^failed:/m);
    expect(await maskbench(...BASICS, ...FOLDERS)).toMatchObject({ status: 0 });
  });

  it('names a file in the place of a folder, and its flag', async () => {
    const [mask = ''] = await readdir(workspace.path('data', 'gt'));
    const { status, err } = await maskbench(...BASICS, '--images', 'data/im', '--masks', `data/gt/${mask}`);
    expect([status, err]).toEqual([
      65,
      expect.stringMatching(/this is a file, and no folder; --masks names the folder/),
    ]);
  });

  it('names a folder that is not there', async () => {
    const { status, err } = await maskbench(...BASICS, '--images', 'data/photos', '--masks', 'data/gt');
    expect([status, err]).toEqual([
      65,
      expect.stringMatching(/data\/photos: no such folder; --images names/),
    ]);
  });
});

describe('a config by name', () => {
  it('is one that comes along, from any folder', async () => {
    const { status } = await maskbench(
      'run',
      'quickstart',
      '--models',
      'contrast-baseline',
      '--limit',
      '1',
      '--no-time',
    );
    expect(status).toBe(0);
    expect((await summaryOf('runs/quickstart')).cells.scored).toBe(2);
  });

  it('gives way to a file of that name', async () => {
    await rename(workspace.path('run.yaml'), workspace.path('quickstart'));
    expect(await maskbench('run', 'quickstart', '--no-time')).toMatchObject({ status: 0 });
    expect((await summaryOf('runs/tiny-run')).models).toMatchObject([{ name: 'luma' }]);
  });
});

describe('resume', () => {
  it('goes on with the config and flags that a run was begun with, from anywhere', async () => {
    const begun = [...BASICS, ...FOLDERS, '--limit', '2', '--out', 'out'];
    expect(await maskbench(...begun)).toMatchObject({ status: 0 });
    const before = await summaryOf('out');
    for (const name of ['scores.jsonl', 'summary.json', 'seal.json']) await rm(workspace.path('out', name));
    const { status, out, err } = await cli(['resume', workspace.path('out')], join(workspace.folder, 'data'));
    expect([status, out]).toEqual([0, expect.stringContaining('Evidence: sealed')]);
    expect(err).not.toMatch(/time/);
    const { accuracy, cells } = await summaryOf('out');
    expect([accuracy, cells]).toEqual([before.accuracy, before.cells]);
  });

  it('keeps to the part, and to the models and datasets of the config that were chosen', async () => {
    await writeFile(
      workspace.path('other.yaml'),
      (await readFile(workspace.path('luma.yaml'), 'utf8')).replace('name: luma', 'name: other'),
    );
    const config = (await readFile(workspace.config, 'utf8')).replace(
      '[./luma.yaml]',
      '[./luma.yaml, ./other.yaml]',
    );
    await writeFile(workspace.config, config);
    const begun = ['run', 'run.yaml', '--models', 'other', '--shard', '1/2', '--no-time', '--out', 'out'];
    expect(await maskbench(...begun)).toMatchObject({ status: 0 });
    await rm(workspace.path('out', 'seal.json'));
    expect(await maskbench('resume', 'out')).toMatchObject({ status: 0 });
    expect((await summaryOf('out')).models).toMatchObject([{ name: 'other' }]);
  });

  it('refuses a run that does not say how it was begun', async () => {
    await cp(workspace.path('data', 'gt'), workspace.path('made'), { recursive: true });
    const scored = ['score', '--pred', 'made', '--gt', 'data/gt', '--images', 'data/im', '--out', 'out'];
    expect(await maskbench(...scored)).toMatchObject({ status: 0 });
    const { status, err } = await maskbench('resume', 'out');
    expect([status, err]).toEqual([
      64,
      expect.stringMatching(/does not say how it was begun; repeat the command/),
    ]);
  });
});

describe('the run folder', () => {
  it('is removed first where that is asked for, and only then', async () => {
    expect(await maskbench(...BASICS, ...FOLDERS)).toMatchObject({ status: 0 });
    const again = await maskbench(...BASICS, ...FOLDERS, '--limit', '1');
    expect([again.status, again.err]).toEqual([
      64,
      expect.stringMatching(/a run is already there; .*--resume, .*--overwrite/),
    ]);
    expect(await maskbench(...BASICS, ...FOLDERS, '--limit', '1', '--overwrite')).toMatchObject({
      status: 0,
    });
    expect((await summaryOf('runs/data')).cells.planned).toBe(1);
    expect(await readdir(workspace.path('runs', 'data', 'predictions', 'luma', 'data'))).toHaveLength(1);
    const both = await maskbench(...BASICS, ...FOLDERS, '--resume', '--overwrite');
    expect([both.status, both.err]).toEqual([64, expect.stringMatching(/cannot be used with/)]);
  });

  it('stays where the command that was to replace it cannot start', async () => {
    expect(await maskbench(...BASICS, ...FOLDERS)).toMatchObject({ status: 0 });
    const wrong = ['run', '--models', 'nothing', ...FOLDERS, '--overwrite'];
    expect(await maskbench(...wrong)).toMatchObject({ status: 64 });
    expect((await summaryOf('runs/data')).cells.scored).toBe(3);
  });

  it('has name, date and time of the run in its path', () => {
    const when = { name: 'mine', cwd: '/somewhere', now: new Date('2026-11-29T14:25:01Z') };
    expect(outFolder('runs/{name}/{date}-{time}', when)).toBe('/somewhere/runs/mine/2026-11-29-142501');
    expect(outFolder(undefined, when)).toBe('/somewhere/runs/mine');
  });
});
