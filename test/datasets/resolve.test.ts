import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/datasets/load.js';
import { resolveDataset } from '../../src/datasets/resolve.js';
import { collect, useTempFolder, writeFiles } from './make-files.js';

const tempFolder = useTempFolder();

async function presets(): Promise<string> {
  const folder = await tempFolder();
  await writeFiles(
    folder,
    ['dis5k.yaml'],
    'name: dis5k\nlayout: dis5k\nroot: "${MASKBENCH_DATA:-data}/DIS5K"\n',
  );
  await writeFiles(folder, ['here.yaml'], 'name: here\nlayout: humans\nroot: "${CONFIG_DIR}/humans"\n');
  await writeFiles(
    folder,
    ['gated.yaml'],
    'name: gated\nlayout: humans\nroot: x\nterms: {url: "http://t.example", mustAccept: true}\n' +
      `source: {kind: hf, repo: a/b, revision: "${'a'.repeat(40)}", file: c.zip, sha256: "${'b'.repeat(64)}", bytes: 1}\n`,
  );
  await writeFiles(
    folder,
    ['manual.yaml'],
    'name: manual\nlayout: humans\nroot: x\nsource: {kind: manual, url: "http://m.example", instructions: unpack it}\n',
  );
  return folder;
}

describe('resolving a dataset', () => {
  it('by name finds the preset, and its root from the current directory or the environment', async () => {
    const options = { presets: await presets(), cwd: await tempFolder() };
    const plain = await resolveDataset('dis5k', { ...options, env: {} });
    expect(plain.root).toBe(join(options.cwd, 'data/DIS5K'));
    expect(plain.tags).toEqual(['dis5k-te', 'dis5k-tr', 'dis5k-vd']);
    const moved = await resolveDataset('dis5k', { ...options, env: { MASKBENCH_DATA: options.presets } });
    expect(moved.root).toBe(join(options.presets, 'DIS5K'));
  });

  it('by an unknown name suggests the nearest', async () => {
    const options = { presets: await presets() };
    await expect(resolveDataset('dis5', options)).rejects.toMatchObject({
      code: 'config.unknown-name',
      message: 'unknown dataset "dis5"',
      remedy: 'did you mean "dis5k"?',
    });
    await expect(resolveDataset('coco-stuff', options)).rejects.toMatchObject({
      code: 'config.unknown-name',
      remedy: expect.stringContaining('known are dis5k, gated, here, manual'),
    });
    await expect(resolveDataset('../dis5k', options)).rejects.toMatchObject({ code: 'config.unknown-name' });
  });

  it('by the path of a YAML file lets its root start from the file', async () => {
    const folder = await tempFolder();
    await writeFiles(
      folder,
      ['sets/mine.yaml'],
      'name: mine\nlayout: humans\nroot: "${CONFIG_DIR}/pictures"\n',
    );
    const mine = await resolveDataset('sets/mine.yaml', { cwd: folder });
    expect(mine.root).toBe(join(folder, 'sets/pictures'));
    const fromConfig = await resolveDataset('mine.yaml', { cwd: '/', configDir: join(folder, 'sets') });
    expect(fromConfig.root).toBe(join(folder, 'sets/pictures'));
    await expect(resolveDataset('absent.yaml', { cwd: folder })).rejects.toMatchObject({
      code: 'data.missing',
    });
  });

  it('by a variation keeps the rest of what it extends', async () => {
    const options = { presets: await presets(), cwd: await tempFolder(), env: {} };
    const variation = { extends: 'dis5k', name: 'dis-vd', splits: ['DIS-VD'], root: 'elsewhere' };
    const resolved = await resolveDataset(variation, options);
    expect(resolved).toMatchObject({
      spec: { name: 'dis-vd', layout: 'dis5k', splits: ['DIS-VD'] },
      tags: ['dis5k-vd'],
    });
    expect(resolved.root).toBe(join(options.cwd, 'elsewhere'));
    await expect(resolveDataset({ extends: 'dis5k', splits: ['VD'] }, options)).rejects.toMatchObject({
      code: 'config.invalid',
      where: 'the variation of dataset "dis5k"',
    });
  });

  it('by a variation of a preset still finds what lies beside the preset', async () => {
    const folder = await presets();
    const resolved = await resolveDataset(
      { extends: 'here', splits: ['validation'] },
      { presets: folder, cwd: '/' },
    );
    expect(resolved.root).toBe(join(folder, 'humans'));
  });

  it('inline may say by split which public sets it contains', async () => {
    const contains = { training: ['humans'], validation: ['mine'] };
    const resolved = await resolveDataset({ name: 'a', layout: 'humans', root: '.', contains });
    expect(resolved.tags).toEqual(['humans', 'mine']);
  });
});

describe('loading a dataset', () => {
  it('gives its entries, and the tags of each sample', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['DIS-VD/im/a.jpg', 'DIS-VD/gt/a.png', 'DIS-TE1/im/b.jpg', 'DIS-TE1/gt/b.png']);
    const dataset = await loadDataset({ name: 'dis', layout: 'dis5k', root });
    const { samples } = await collect(dataset.entries());
    expect(samples.map((sample) => [sample.id, ...dataset.tagsOf(sample)])).toEqual([
      ['DIS-TE1/b', 'dis5k-te'],
      ['DIS-VD/a', 'dis5k-vd'],
    ]);
  });

  it('that is not there says how to get it', async () => {
    const options = { presets: await presets(), cwd: await tempFolder(), env: {} };
    await expect(loadDataset('gated', options)).rejects.toMatchObject({
      code: 'data.missing',
      where: join(options.cwd, 'x'),
      remedy:
        'run "maskbench datasets pull gated --accept-terms" (terms: http://t.example), or set root to where it is',
    });
    await expect(loadDataset('manual', options)).rejects.toMatchObject({
      code: 'data.missing',
      remedy: expect.stringContaining('get it from http://m.example'),
    });
    await expect(loadDataset('here', options)).rejects.toMatchObject({ code: 'data.missing' });
  });
});
