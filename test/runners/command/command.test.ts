import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import type { CommandAssets } from '../../../src/runners/command/ensure.js';
import { loadModelSpec } from '../../../src/runners/load-spec.js';
import { runnerOf } from '../../../src/runners/runner-of.js';
import type { PredictionRecord } from '../../../src/store/records.js';
import { cli, IS_BUILT } from '../../support/cli.js';
import { CAN_LOOK_UP_PROCESSES, isAlive } from '../../support/processes.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

const PROGRAM = join(PACKAGE_ROOT, 'test', 'runners', 'command', 'program.mjs');

let workspace: Workspace;

/** The spec of a program: further fields of `command`, as JSON. */
async function writeProgram(
  args: readonly string[],
  fields: Readonly<Record<string, unknown>> = {},
  name = 'program',
): Promise<void> {
  const command = { run: [process.execPath, PROGRAM, ...args], files: [PROGRAM], ...fields };
  const spec = { name, feeding: 'command', command };
  await writeFile(workspace.path(`${name}.yaml`), JSON.stringify(spec));
}

async function useModels(...names: readonly string[]): Promise<void> {
  const models = names.map((name) => `./${name}.yaml`).join(', ');
  const basics = 'accuracy: { processes: 1, threads: 1 }\ntime: { profile: quick, images: 2, threads: 1 }\n';
  await writeFile(workspace.config, `name: r\nmodels: [${models}]\ndatasets: [./tiny.yaml]\n${basics}`);
}

const predictions = (): Promise<readonly PredictionRecord[]> =>
  readRecords<PredictionRecord>(workspace.path('out', 'predictions.jsonl'));

const failed = async () =>
  (await predictions()).flatMap((record) =>
    record.status === 'failed' ? [{ id: record.id, ...record.failure }] : [],
  );

describe('a program that makes mattes', () => {
  beforeEach(async () => {
    workspace = await makeWorkspace({ models: ['luma'], samples: 6 });
    await useModels('program');
  });
  afterEach(() => workspace.remove());

  it('is told of a network, or a variation of one, with its files and what its spec says', async () => {
    const variation = {
      extends: '../luma.yaml',
      name: 'luma-bilinear',
      input: { resample: 'pillow-bilinear' },
    };
    await mkdir(workspace.path('varied'));
    await writeFile(workspace.path('varied', 'luma.yaml'), JSON.stringify(variation));
    const told = async (network: string) => {
      await writeProgram([], { network });
      const loaded = await loadModelSpec('./program.yaml', workspace.folder);
      const { assets, sha256 } = await runnerOf(loaded.spec).ensure(loaded, {});
      return { ...(assets as CommandAssets).network, sha256 };
    };
    const plain = await told('./luma.yaml');
    const varied = await told('./varied/luma.yaml');
    expect(plain.spec).toMatchObject({ name: 'luma', input: { resample: 'pillow-lanczos' } });
    expect(varied.spec).toMatchObject({ name: 'luma-bilinear', input: { resample: 'pillow-bilinear' } });
    expect(varied.paths).toEqual(plain.paths);
    expect(varied.sha256).not.toBe(plain.sha256);
    await expect(told('isnet-generel-use')).rejects.toMatchObject({ code: 'config.unknown-name' });
    await expect(told('./program.yaml')).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'program is no network: its feeding is command',
    });
  });

  it('predicts, once it is ready, as a matte and as a cut-out, in one copy and in several', async () => {
    await writeProgram(['--loading']);
    const summary = await execute(workspace);
    expect(summary.cells).toEqual({ planned: 6, scored: 6, failed: 0 });
    expect(summary.models[0]).toMatchObject({ version: '1' });
    const plain = (await predictions()).map((record) => record.status === 'done' && record.matteSha256);
    await writeProgram(['--cutout'], { copies: 2 });
    await execute(workspace, { out: workspace.path('other') });
    const other = await readRecords<PredictionRecord>(workspace.path('other', 'predictions.jsonl'));
    const cutout = new Map(
      other.map((record) => [record.id, record.status === 'done' && record.matteSha256]),
    );
    expect((await predictions()).map(({ id }) => cutout.get(id))).toEqual(plain);
    // How long it took from question to answer, and what it tells of it.
    const [first] = await predictions();
    expect(first).toMatchObject({ phases: { inferenceMs: 1.5, decodeMs: 0 } });
    expect(first?.status === 'done' && (first.phases.totalMs ?? 0)).toBeGreaterThan(0);
  });

  it('fails the cells of what it does wrong, each with its reason, and the rest goes on', async () => {
    const images = (await readRecords<{ id: string }>(await planned())).map(({ id }) => id);
    const [, die, hang, junk, small, colour] = images;
    await writeProgram(
      [
        '--die-at',
        `${die}.`,
        '--hang-at',
        `${hang}.`,
        '--junk-at',
        `${junk}.`,
        '--small-at',
        `${small}.`,
        '--colour-at',
        `${colour}.`,
      ],
      { imageSeconds: 1, secretEnv: ['SECRET'] },
    );
    process.env['SECRET'] = 'hush-hush';
    const summary = await execute(workspace).finally(() => delete process.env['SECRET']);
    expect(summary.cells).toEqual({ planned: 6, scored: 1, failed: 5 });
    const reasons = new Map((await failed()).map(({ id, code, message }) => [id, `${code}: ${message}`]));
    expect(reasons.get(die ?? '')).toMatch(
      /runner.crashed: the program ended with exit status 9; it last said: cannot bear .*, <SECRET>$/,
    );
    expect(reasons.get(hang ?? '')).toMatch(/runner.crashed: the program did not answer within 1 s/);
    expect(reasons.get(junk ?? '')).toMatch(/runner.crashed: .*said "Downloading model: 100 %"/);
    expect(reasons.get(small ?? '')).toMatch(
      /model.output: the program's matte is 3 x 3, its picture upright/,
    );
    expect(reasons.get(colour ?? '')).toMatch(/model.output: the program's matte has colours and no alpha/);
    for (const name of ['manifest.json', 'predictions.jsonl', 'summary.json', 'plan.jsonl'])
      expect(await readFile(workspace.path('out', name), 'utf8')).not.toContain('hush-hush');
  });

  /** The plan of a run that is made for its ids alone. */
  async function planned(): Promise<string> {
    await writeProgram(['--refuse-at', '.']);
    await execute(workspace, { out: workspace.path('ids') });
    return workspace.path('ids', 'plan.jsonl');
  }

  it('is asked once more after it died, and goes on in a fresh process', async () => {
    await writeProgram(['--die-once', workspace.path('died')]);
    const summary = await execute(workspace);
    expect(summary.cells).toEqual({ planned: 6, scored: 6, failed: 0 });
    expect(existsSync(workspace.path('died'))).toBe(true);
  });

  it('that refuses all pictures has a failed cell for each, and none is tried twice', async () => {
    await writeProgram(['--refuse-at', '.', '--log', workspace.path('log')]);
    await execute(workspace);
    expect((await failed()).map(({ message }) => message)).toEqual(
      Array.from({ length: 6 }, () => 'the program failed: too dark'),
    );
    expect((await readFile(workspace.path('log'), 'utf8')).trim().split('\n')).toHaveLength(6);
    // However much it says.
    await writeProgram(['--refuse-at', '.', '--because', 'x'.repeat(3000)]);
    await execute(workspace, { out: workspace.path('long') });
    const long = await readRecords<PredictionRecord>(workspace.path('long', 'predictions.jsonl'));
    for (const record of long)
      expect(record).toMatchObject({ failure: { message: `the program failed: ${'x'.repeat(2000)}` } });
  });

  it('that wrote nothing, or a folder, and one that always dies, fail by their reasons; the models beside go on', async () => {
    await writeProgram(['--nothing-at', '.'], {}, 'nothing');
    await writeProgram(['--die-at', '.'], {}, 'dying');
    await writeProgram(['--folder-at', '.'], {}, 'folder');
    await useModels('nothing', 'folder', 'dying', 'luma');
    const summary = await execute(workspace);
    expect(summary.cells).toEqual({ planned: 24, scored: 6, failed: 18 });
    const reasons = await failed();
    expect(reasons.filter(({ message }) => message.includes('wrote no matte'))).toHaveLength(6);
    expect(reasons.filter(({ message }) => message.includes("'s matte is no file"))).toHaveLength(6);
    expect(reasons.filter(({ message }) => message.includes('exit status 9'))).toHaveLength(6);
  });

  it('that does not start ends the command before anything is planned, with its last words', async () => {
    await writeProgram(['--die-first']);
    await expect(execute(workspace)).rejects.toMatchObject({
      code: 'runner.crashed',
      message: 'the program ended with exit status 3; it last said: there is no such network',
    });
    const refused = async (fields: object, message: string): Promise<void> => {
      await writeProgram([], { files: [], ...fields });
      await expect(execute(workspace)).rejects.toMatchObject({ where: 'program', message });
    };
    await refused(
      { run: ['/nowhere/program'] },
      'the program does not start: there is no "/nowhere/program"',
    );
    await refused(
      { run: ['node program.mjs'] },
      'the program does not start: there is no "node program.mjs"; its arguments are items of their own, no shell reads them',
    );
    await refused(
      { run: [process.execPath], folder: 'nowhere' },
      `the program does not start: there is no folder ${workspace.path('nowhere')} to run it in`,
    );
    // What it has not flushed comes once its stdin is closed: too late.
    const late = `process.stdin.on('end', () => console.log('{"maskbench": 1, "version": "1"}')).resume()`;
    await refused(
      { run: [process.execPath, '-e', late], startSeconds: 2 },
      'the program printed no line on stdout (or did not flush it) within 2 s',
    );
    await refused(
      { run: ['x', '{image}', '{matte}'], version: [process.execPath, '-e', ''] },
      'the program ended with exit status 0 in place of a line on stdout',
    );
    await writeProgram([], { run: [process.execPath, '-e', 'console.log("hello")'] });
    await expect(execute(workspace)).rejects.toMatchObject({
      code: 'model.load',
      message: 'the program\'s first line is "hello"',
    });
    await writeProgram([], { secretEnv: ['NO_SUCH_SECRET'] });
    await expect(execute(workspace)).rejects.toMatchObject({ code: 'usage' });
    for (const fields of [
      { run: [''] },
      { run: ['node', 'a\0b'] },
      { env: { 'A=B': '1' } },
      { env: { HF_TOKEN: '1' } },
    ]) {
      await writeProgram([], fields);
      await expect(execute(workspace)).rejects.toMatchObject({ code: 'config.invalid' });
    }
  });

  it.skipIf(!IS_BUILT)(
    'that tells its version is planned, worked on and merged (skipped unless dist/ is built)',
    async () => {
      await writeProgram(['--die-at', '.']);
      const { folder } = workspace;
      const run = (...argv: readonly string[]) => cli(argv, folder);
      expect(await run('plan', workspace.config, '--shards', '2', '--out', 'plan')).toMatchObject({
        status: 0,
      });
      for (const shard of ['1', '2'])
        expect((await run('work', 'plan', '--shard', shard)).out).toMatch(/is published/);
      const merged = await run('merge', 'plan', '--out', 'merged', '--json');
      expect(JSON.parse(merged.out)).toMatchObject({ models: [{ version: '1' }] });
    },
    120_000,
  );

  it('of another version or other files is another model, and is named when a run is resumed', async () => {
    await writeProgram(['--die-at', '.']);
    await execute(workspace);
    await writeProgram(['--die-at', '.'], { files: [PROGRAM, workspace.path('luma.yaml')] });
    await expect(execute(workspace, { resume: true })).rejects.toMatchObject({ code: 'run.mismatch' });
    await writeProgram(['--die-at', '.', '--version', '2']);
    await expect(execute(workspace, { resume: true })).rejects.toMatchObject({
      code: 'run.mismatch',
      message: expect.stringContaining('program (version 1 there, 2 now)') as unknown,
    });
  });

  it('leaves no process behind, also of those that left its group', async () => {
    await writeProgram(['--child', workspace.path('children')]);
    const summary = await execute(workspace);
    expect(summary.cells.scored).toBe(6);
    const children = (await readFile(workspace.path('children'), 'utf8')).trim().split('\n').map(Number);
    expect(children.length).toBeGreaterThan(0);
    if (CAN_LOOK_UP_PROCESSES) expect(children.filter(isAlive)).toEqual([]);
  });

  it('is started for every image where its arguments say so', async () => {
    const script =
      "const [, image, matte] = process.argv; if (image.includes('nowhere')) process.exit(1); require('node:fs').copyFileSync(matte.endsWith('.png') ? image : '', matte)";
    await writeProgram([], {
      run: [process.execPath, '-e', script, '{image}', '{matte}'],
      files: [],
      version: [process.execPath, '--version'],
    });
    const summary = await execute(workspace);
    expect(summary.models[0]).toMatchObject({ version: process.version });
    // A picture is no matte.
    expect((await failed())[0]).toMatchObject({ code: 'model.output' });
  });
});
