import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockRun } from '../../src/store/lock.js';
import { cli } from '../support/cli.js';
import { writeEqualSides } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

/** A folder with runs `runs/<name>`. */
async function withRuns(...names: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  await writeEqualSides(folder, 'a');
  for (const name of names) {
    const argv = ['score', '--pred', 'pred', '--gt', 'gt', '--out', `runs/${name}`];
    expect((await cli(argv, folder)).status).toBe(0);
  }
  return folder;
}

describe('runs rm', () => {
  it('removes a run and its folder, and leaves what is not of the run', async () => {
    const folder = await withRuns('a', 'b', 'c');
    await writeFile(join(folder, 'runs', 'b', 'notes.txt'), 'mine');
    const { status, err } = await cli(['runs', 'rm', 'runs/a', 'runs/b'], folder);
    expect([status, err]).toEqual([
      0,
      'Removed runs/a\nRemoved runs/b; these files are not of the run and stay: notes.txt\n',
    ]);
    expect(await readdir(join(folder, 'runs'))).toEqual(['b', 'c']);
    expect(await readdir(join(folder, 'runs', 'b'))).toEqual(['notes.txt']);
    expect((await cli(['verify', 'runs/c'], folder)).status).toBe(0);
  });

  it('touches nothing that is no run, and no run that is being written', async () => {
    const folder = await withRuns('a');
    expect(await cli(['runs', 'rm', 'gt'], folder)).toMatchObject({
      status: 65,
      err: expect.stringContaining('no run in this folder'),
    });
    expect(existsSync(join(folder, 'gt', 'a.png'))).toBe(true);
    const lock = await lockRun(join(folder, 'runs', 'a'));
    expect((await cli(['runs', 'rm', 'runs/a', '--wait', '0'], folder)).status).toBe(75);
    await lock.release();
    expect((await cli(['verify', 'runs/a'], folder)).status).toBe(0);
  });
});

/** A browser extension's, say. */
async function writeForeign(folder: string): Promise<void> {
  await mkdir(join(folder, 'predictions'), { recursive: true });
  await writeFile(join(folder, 'manifest.json'), '{"manifest_version": 3, "name": "mine"}');
  for (const name of ['summary.json', 'report.html', 'backup.json.2', 'predictions/thesis.csv'])
    await writeFile(join(folder, name), 'mine');
}

describe('a folder whose manifest.json is of another program', () => {
  it.each([
    ['runs rm', ['runs', 'rm', 'mine']],
    ['run --overwrite', 'run --models contrast-baseline --out mine --overwrite --no-time'.split(' ')],
    ['runs gc', ['runs', 'gc', '.']],
    ['runs gc of itself', ['runs', 'gc', 'mine']],
  ])('is left as it is by %s', async (name, argv) => {
    const folder = await tempFolder();
    await writeEqualSides(folder, 'a');
    await writeForeign(join(folder, 'mine'));
    const before = await readdir(folder, { recursive: true });
    const data = name.includes('overwrite') ? ['--images', 'gt', '--masks', 'gt'] : [];
    const { status, err } = await cli([...argv, ...data], folder);
    expect(status, err).toBe(name.startsWith('runs gc') ? 0 : 64);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });
});

describe('runs gc', () => {
  it('keeps the numbered files of others', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'logs'));
    await writeFile(join(folder, 'logs', 'state.json.1'), 'mine');
    expect((await cli(['runs', 'gc', '.'], folder)).status).toBe(0);
    expect(await readdir(join(folder, 'logs'))).toEqual(['state.json.1']);
  });

  it('removes what killed processes left, and nothing else', async () => {
    const folder = await withRuns('a', 'b', 'used');
    const at = (...names: readonly string[]): string => join(folder, 'runs', ...names);
    const before = await readdir(at('a'), { recursive: true });
    await writeFile(at('a', 'summary.json.0123456789.tmp'), '{');
    await writeFile(at('a', 'predictions', 'pred', 'gt', 'a.png.0123456789.tmp'), 'half');
    await mkdir(at('never'));
    await writeFile(at('never', 'plan.jsonl.0123456789.tmp'), '{');
    await mkdir(at('mine'));
    await writeFile(at('mine', 'notes.txt'), 'no run');
    await mkdir(at('foreign'));
    await writeFile(at('foreign', 'state.json.0123456789.tmp'), 'of another program');
    const lock = await lockRun(at('used'));
    const { status, out, err } = await cli(['runs', 'gc'], folder);
    await lock.release();
    expect(status).toBe(0);
    expect(out).toBe('runs/a: 2 unfinished files removed\nruns/never: removed; its run never began\n');
    expect(err).toMatch(/^warning: runs\/used: left alone: process \d+.*\n4 run folders in runs\n$/);
    expect((await readdir(at())).sort()).toEqual(['a', 'b', 'foreign', 'mine', 'used']);
    expect(await readdir(at('foreign'))).toHaveLength(1);
    expect(await readdir(at('a'), { recursive: true })).toEqual(before);
    expect((await cli(['verify', 'runs/a'], folder)).status).toBe(0);
    expect((await cli(['runs', 'gc', 'nowhere'], folder)).status).toBe(65);
    expect((await cli(['runs', 'gc', 'gt'], folder)).err).toBe('no run folders in gt: nothing was removed\n');
  });
});

describe('run --overwrite', () => {
  it('removes no run whose masks, or data, the new one reads', async () => {
    const folder = await withRuns('a');
    await writeFile(
      join(folder, 'model.yaml'),
      "name: again\nfeeding: precomputed\nmasks:\n  path: 'runs/a/predictions/pred/masks/{id}.png'\n",
    );
    const config = (root: string, model: string): string =>
      `name: a\nmodels: [${model}]\ndatasets: [{ name: masks, layout: paired-folders, root: ${root}, images: { path: gt }, truths: { path: gt } }]\n`;
    await writeFile(join(folder, 'masks.yaml'), config('.', './model.yaml'));
    await mkdir(join(folder, 'runs', 'a', 'gt'));
    await writeEqualSides(join(folder, 'runs', 'a'), 'a');
    await writeFile(join(folder, 'data.yaml'), config('runs/a', './model.yaml'));
    for (const name of ['masks.yaml', 'data.yaml']) {
      const argv = ['run', name, '--out', 'runs/a', '--overwrite', '--no-time'];
      expect(await cli(argv, folder), name).toMatchObject({
        status: 64,
        err: expect.stringContaining('the new run reads files of the run that --overwrite removes') as string,
      });
      expect(existsSync(join(folder, 'runs', 'a', 'manifest.json'))).toBe(true);
    }
  });
});
