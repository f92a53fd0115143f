import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draftOf } from '../../src/core/write-whole.js';
import { isRemains, removeRemains } from '../../src/store/remains.js';
import { enterRunFolder, RUN_FILES, runFolder } from '../../src/store/run-folder.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe('what a killed process left half-written', () => {
  it('is that of every file of a run', () => {
    const { path, cache, seal } = runFolder('r');
    const names = [
      ...Object.values(RUN_FILES).map(({ name }) => name),
      ...[cache, seal].map((at) => basename(at)),
    ];
    for (const name of names) expect(isRemains(basename(draftOf(join(path, name)).path)), name).toBe(true);
  });

  it('is told apart from what a run is made of', () => {
    for (const name of [
      'plan.jsonl.4711.tmp',
      'plan.jsonl.0123456789.tmp',
      'summary.json.00ffa0bb11.tmp',
      'report.html.00ffa0bb11.tmp',
      'manifest.json.1234567',
      'summary.json.99',
      'report.html.3',
    ]) {
      expect(isRemains(name), name).toBe(true);
    }
    for (const name of [
      'plan.jsonl',
      'manifest.json',
      'report.md',
      'predictions',
      'thesis.tex',
      'a.json.bak',
      'state.json.0123456789.tmp',
      'profile.default.abc.tmp',
    ]) {
      expect(isRemains(name), name).toBe(false);
    }
  });

  it('does not keep a folder from being resumed, also when it was killed while the manifest was written', async () => {
    const folder = runFolder(await tempFolder());
    await writeFile(join(folder.path, 'manifest.json.3141592653'), '{"half');
    await writeFile(join(folder.path, 'plan.jsonl.4711.tmp'), '');
    expect(await enterRunFolder(folder, true)).toBe(false);
  });

  it('is removed, and nothing else is', async () => {
    const folder = await tempFolder();
    const mattes = join(folder, 'predictions', 'm', 'd', 'training');
    await mkdir(mattes, { recursive: true });
    for (const path of ['manifest.json', 'manifest.json.31', 'plan.jsonl', 'plan.jsonl.4.tmp', 'notes.txt']) {
      await writeFile(join(folder, path), '');
    }
    for (const name of ['1.png', '1.png.4711.tmp', '1.png.00ffa0bb11.tmp', '2.tmp.png'])
      await writeFile(join(mattes, name), '');
    await removeRemains(folder);
    expect((await readdir(folder)).sort()).toEqual([
      'manifest.json',
      'notes.txt',
      'plan.jsonl',
      'predictions',
    ]);
    expect((await readdir(mattes)).sort()).toEqual(['1.png', '2.tmp.png']);
  });

  it('is removed wherever mattes lie, however many there are', async () => {
    const folder = await tempFolder();
    const places = ['a', 'a/b', 'c'].map((name) => join(folder, 'predictions', 'm', name));
    for (const place of places) {
      await mkdir(place, { recursive: true });
      for (let i = 0; i < 100; i++) {
        await writeFile(join(place, `${i}.png`), '');
        await writeFile(join(place, `${i}.png.00ffa0bb11.tmp`), '');
      }
    }
    await removeRemains(folder);
    for (const place of places)
      expect((await readdir(place)).filter((name) => name.includes('.'))).toHaveLength(100);
    expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
