import { readFile, rename, mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadDescribed } from '../../src/cli/run/describe-run.js';
import { loadRunConfig } from '../../src/store/config.js';
import { cli } from '../support/cli.js';
import { keep, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
let restore: () => Promise<void>;
const FLAGS = ['--models', './luma.yaml', '--images', 'data/im', '--masks', 'data/gt'];
const maskbench = (...argv: readonly string[]) => cli(argv, workspace.folder);
const text = (name: string): Promise<string> => readFile(workspace.path(name), 'utf8');

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 2 });
  restore = await keep(workspace);
});
beforeEach(() => restore());
afterAll(() => workspace.remove());

describe('init', () => {
  it('writes a config that runs, also from another folder and after a move of all', async () => {
    const { status, err } = await maskbench('init', 'mine.yaml', ...FLAGS, '--name', 'mine');
    expect([status, err]).toEqual([0, 'Written to mine.yaml; next: maskbench run mine.yaml\n']);
    expect(await text('mine.yaml')).toMatch(
      /^# yaml-language-server: [^]*\nname: mine\n[^]*\n {4}root: \$\{CONFIG_DIR\}\/data\n/,
    );
    await mkdir(workspace.path('moved'));
    for (const name of ['mine.yaml', 'luma.yaml', 'luma.onnx', 'data'])
      await rename(workspace.path(name), workspace.path('moved', name));
    expect(await maskbench('run', 'moved/mine.yaml', '--no-time')).toMatchObject({ status: 0 });
    expect(JSON.parse(await text('runs/mine/summary.json'))).toMatchObject({
      cells: { scored: 2, failed: 0 },
    });
  });

  it('writes which images belong together', async () => {
    expect(await maskbench('init', 'mine.yaml', ...FLAGS, '--unit', '^([a-z]+)')).toMatchObject({
      status: 0,
    });
    const { config } = await loadRunConfig(workspace.path('mine.yaml'));
    expect(config.datasets).toMatchObject([{ unit: { pattern: '^([a-z]+)' } }]);
  });

  it('writes what the same flags come to without it', async () => {
    expect(await maskbench('init', 'mine.yaml', ...FLAGS)).toMatchObject({ status: 0 });
    const { config } = await loadRunConfig(workspace.path('mine.yaml'));
    const described = await loadDescribed(
      { models: ['./luma.yaml'], images: 'data/im', masks: 'data/gt' },
      workspace.folder,
    );
    const { datasets: _, ...rest } = config;
    expect(described.config).toMatchObject(rest);
  });

  it('names files from the folder that it is written to', async () => {
    await mkdir(workspace.path('configs'));
    const flags = ['--models', './luma.yaml', '--datasets', './tiny.yaml'];
    expect(await maskbench('init', 'configs/mine.yaml', ...flags)).toMatchObject({ status: 0 });
    expect(await maskbench('run', 'configs/mine.yaml', '--no-time')).toMatchObject({ status: 0 });
  });

  it('asks whoever sits at a terminal for what no flag says', async () => {
    const questions: string[] = [];
    const answers = ['./luma.yaml, contrast-baseline', 'data/im', 'data/gt'];
    const ask = (question: string): Promise<string> => {
      questions.push(question);
      return Promise.resolve(answers[questions.length - 1] ?? '');
    };
    expect(await cli(['init'], workspace.folder, { ask })).toMatchObject({ status: 64 });
    expect(await cli(['init', 'asked.yaml'], workspace.folder, { ask })).toMatchObject({ status: 0 });
    expect(questions.map((question) => question.split(/[, :]/)[0])).toEqual(['Models', 'Folder', 'Folder']);
    expect(await text('asked.yaml')).toMatch(/models:\n {2}- \.\/luma\.yaml\n {2}- contrast-baseline\n/);
  });

  it('never writes over a file without --force, nor what cannot run', async () => {
    await writeFile(workspace.path('mine.yaml'), 'precious');
    const again = await maskbench('init', 'mine.yaml', ...FLAGS);
    expect([again.status, again.err]).toEqual([
      64,
      expect.stringMatching(/there is a file already; .*--force/),
    ]);
    const wrong = await maskbench(
      'init',
      'mine.yaml',
      '--force',
      '--models',
      'u2nett',
      '--datasets',
      './tiny.yaml',
    );
    expect([wrong.status, wrong.err]).toEqual([
      64,
      expect.stringMatching(/unknown model "u2nett"; did you mean/),
    ]);
    expect(await text('mine.yaml')).toBe('precious');
    expect(await maskbench('init', 'mine.yaml', '--force', ...FLAGS)).toMatchObject({ status: 0 });
    expect(await text('mine.yaml')).toContain('layout: paired-folders');
  });

  it('says what is missing where nobody can be asked', async () => {
    const { status, err } = await maskbench('init', 'mine.yaml', '--models', './luma.yaml');
    expect([status, err]).toEqual([64, expect.stringMatching(/nothing to run the models on; give --images/)]);
    const none = await maskbench('init', 'mine.yaml');
    expect([none.status, none.err]).toEqual([
      64,
      expect.stringMatching(/--models is missing; name them with it/),
    ]);
    expect((await maskbench('init', '--help')).out).not.toMatch(/with a config|without a config/);
  });
});
