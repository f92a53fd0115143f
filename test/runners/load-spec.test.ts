import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { listModelNames, loadModelSpec } from '../../src/runners/load-spec.js';
import { useTempFolders } from '../support/temp-folder.js';

const ZOO = join(PACKAGE_ROOT, '..', 'shared', 'facts', 'model-zoo.json');
const SPEC = 'name: mine\nfiles: file:mine.onnx\ninput: { width: 64, height: 64 }\n';

const tempFolder = useTempFolders();
let names: readonly string[];

beforeAll(async () => {
  names = await listModelNames();
});

const outputOf = async (name: string): Promise<unknown> => {
  const { spec } = await loadModelSpec(name);
  return 'output' in spec ? spec.output : undefined;
};

describe('the models that come with Maskbench', () => {
  it('are at least the 16 of rembg and the two from npm', () => {
    expect(names.length).toBeGreaterThanOrEqual(18);
    expect(names).toEqual(
      expect.arrayContaining(['u2net', 'sam', 'birefnet-general', 'isnet-fp16', 'isnet-quint8']),
    );
  });

  it('are all described by a spec that is called as its file', async () => {
    for (const name of names) {
      const { spec } = await loadModelSpec(name);
      expect(spec.name).toBe(name);
      expect(spec.licence, name).toBeTruthy();
    }
  });

  it('all say what they were trained on, or that it is not known, and where that is said', async () => {
    for (const name of names) {
      const { spec } = await loadModelSpec(name);
      expect(spec.trainingSource, name).toBeTruthy();
      for (const tag of [...spec.trainedOn, ...spec.selectedOn]) expect(tag, name).toMatch(/^[a-z0-9-]+$/);
    }
    expect((await loadModelSpec('contrast-baseline')).spec.trainedOn).toEqual([]);
    expect((await loadModelSpec('bria-rmbg')).spec.trainedOn).toEqual(['unknown']);
  });

  it('all pin their files, or say why they cannot', async () => {
    for (const name of names) {
      const { spec } = await loadModelSpec(name);
      for (const source of Object.values(spec.files ?? {}).flat()) {
        const pinned = source.sha256 ?? source.md5 ?? (source.kind === 'https' ? source.unpinned : undefined);
        const pinnedItself = source.kind === 'npm' || source.kind === 'file';
        const commit = source.kind === 'hf' && /^[0-9a-f]{40}$/.test(source.revision);
        expect(Boolean(pinned) || pinnedItself || commit, `${name}: ${source.kind}`).toBe(true);
      }
    }
  });

  it('do not rescale where the network ends in 0..1 from npm, and do where rembg does', async () => {
    expect(await outputOf('isnet-fp16')).toMatchObject({ activation: 'none', rescale: 'none' });
    expect(await outputOf('u2net')).toMatchObject({ activation: 'none', rescale: 'min-max' });
    expect(await outputOf('birefnet-general')).toMatchObject({ activation: 'sigmoid', rescale: 'min-max' });
  });

  it('say what the two that saw the evaluated sets were trained on', async () => {
    for (const name of ['birefnet-general', 'birefnet-general-lite']) {
      const { spec } = await loadModelSpec(name);
      expect(spec.trainedOn).toEqual(expect.arrayContaining(['dis5k-te', 'humans']));
    }
  });

  it.skipIf(!existsSync(ZOO))(
    'are the 16 of the collected facts, by name and input size (skipped without ../shared/facts)',
    async () => {
      const text = await readFile(ZOO, 'utf8');
      const rembg = names.filter((name) => text.includes(`"${name}"`));
      expect(rembg.length).toBeGreaterThanOrEqual(16);
    },
  );
});

describe('a model reference', () => {
  it('by an unknown name is answered with the nearest known one', async () => {
    await expect(loadModelSpec('isnet-fp61')).rejects.toMatchObject({
      code: 'config.unknown-name',
      message: 'unknown model "isnet-fp61"',
      remedy: expect.stringContaining('did you mean "isnet-fp16"?') as unknown,
    });
    await expect(loadModelSpec('nothing-like-it-at-all')).rejects.toMatchObject({
      remedy: expect.stringContaining('maskbench models list') as unknown,
    });
  });

  it('by a path is relative to the file that names it, and its files to its own folder', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'models'));
    await writeFile(join(folder, 'models', 'mine.yaml'), SPEC);
    const loaded = await loadModelSpec('./models/mine.yaml', folder);
    expect(loaded.spec.name).toBe('mine');
    expect(loaded.folder).toBe(resolve(folder, 'models'));
  });

  it('by a path that is not there says which', async () => {
    const folder = await tempFolder();
    await expect(loadModelSpec('./none.yaml', folder)).rejects.toMatchObject({
      code: 'data.missing',
      where: join(folder, 'none.yaml'),
    });
  });

  it('may be a whole spec', async () => {
    const folder = await tempFolder();
    const inline = { name: 'inline', files: 'file:x.onnx', input: { width: 8, height: 8 } };
    expect(await loadModelSpec(inline, folder)).toMatchObject({ spec: { name: 'inline' }, folder });
  });
});
