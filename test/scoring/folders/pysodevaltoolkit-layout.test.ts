import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countTruths, plannedTruths } from '../../../src/scoring/folders/folder-plan.js';
import { planToolkitFolders } from '../../../src/scoring/folders/pysodevaltoolkit-layout.js';
import type { GrayImage } from '../../../src/image/raster.js';
import { SQUARE, writeMasks } from '../../support/mask-files.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

const FILES = [
  'ECSSD/mask/gt_1.png',
  'ECSSD/mask/gt_2.png',
  'a/ecssd/m_1_fused.png',
  'a/ecssd/m_2_fused.png',
  'b/ecssd/1.png',
];
const DATASETS = {
  ECSSD: {
    image: { path: 'ECSSD/image', suffix: '.jpg' },
    mask: { path: 'ECSSD/mask', prefix: 'gt_', suffix: '.png' },
  },
};
const METHODS = {
  A: { ECSSD: { path: 'a/ecssd', prefix: 'm_', suffix: '_fused.png' } },
  B: { ECSSD: { path: 'b/ecssd', suffix: '.png' } },
};

async function files(datasets: unknown = DATASETS, methods: unknown = METHODS) {
  const folder = await tempFolder();
  await writeMasks(folder, Object.fromEntries(FILES.map((name): [string, GrayImage] => [name, SQUARE])));
  const [datasetsFile, methodsFile] = [join(folder, 'datasets.json'), join(folder, 'methods.json')];
  await writeFile(datasetsFile, JSON.stringify(datasets, null, '\t'));
  await writeFile(methodsFile, JSON.stringify(methods, null, 2));
  return { folder, request: { datasetsFile, methodsFile, cwd: folder } };
}

describe('PySODEvalToolkit\u2019s files', () => {
  it('name the folders, prefixes and suffixes of datasets and methods', async () => {
    const { folder, request } = await files();
    const plan = await planToolkitFolders(request);
    const [first] = [...plannedTruths(plan)];
    expect(first).toEqual({
      dataset: 'ECSSD',
      id: '1',
      truth: { kind: 'file', path: join(folder, 'ECSSD/mask/gt_1.png') },
      predictions: [
        { method: 'A', mask: { kind: 'file', path: join(folder, 'a/ecssd/m_1_fused.png') } },
        { method: 'B', mask: { kind: 'file', path: join(folder, 'b/ecssd/1.png') } },
      ],
    });
  });

  it('name the folder of the pictures, for protocols that need them', async () => {
    const { folder, request } = await files();
    await writeMasks(folder, { 'ECSSD/image/1.jpg': SQUARE });
    const plan = await planToolkitFolders({ ...request, withPictures: true });
    const [first, second] = [...plannedTruths(plan)];
    expect(first.picture).toEqual({ kind: 'file', path: join(folder, 'ECSSD/image/1.jpg') });
    expect(second.picture).toMatchObject({ kind: 'none' });
    const { image: _none, ...without } = DATASETS.ECSSD;
    const bare = await files({ ECSSD: without });
    await expect(planToolkitFolders({ ...bare.request, withPictures: true })).rejects.toThrow(
      'names no folder of images',
    );
  });

  it('turn what the toolkit leaves out of the intersection into failures', async () => {
    const plan = await planToolkitFolders((await files()).request);
    expect([...plannedTruths(plan)][1].predictions[1]).toMatchObject({
      method: 'B',
      mask: { kind: 'none', failure: { code: 'data.missing' } },
    });
  });

  it('fail a method whose folder is not there in every image', async () => {
    const methods = { ...METHODS, C: { ECSSD: { path: 'nowhere', suffix: '.png' } } };
    const plan = await planToolkitFolders((await files(DATASETS, methods)).request);
    const masks = Array.from(plannedTruths(plan), ({ predictions }) => predictions[2].mask.kind);
    expect(masks).toEqual(['none', 'none']);
  });

  it('warn of a method without a folder of a dataset, and of datasets that only the methods have', async () => {
    const methods = { A: METHODS.A, D: { HKU: { path: 'b/ecssd', suffix: '.png' }, ECSSD: null } };
    const plan = await planToolkitFolders((await files(DATASETS, methods)).request);
    expect(plan.warnings).toEqual([
      expect.stringContaining('no folder of dataset "ECSSD" for D'),
      expect.stringContaining('D has predictions of "HKU"'),
    ]);
  });

  it('score only what the index file lists, missing ground truths included', async () => {
    const { folder, request } = await files({ ECSSD: { ...DATASETS.ECSSD, index_file: 'list.txt' } });
    await writeFile(join(folder, 'list.txt'), 'gt_2.png\n\ngt_3.png\n');
    const plan = await planToolkitFolders(request);
    expect(Array.from(plannedTruths(plan), ({ id, truth }) => [id, truth.kind])).toEqual([
      ['2', 'file'],
      ['3', 'none'],
    ]);
    expect(countTruths(plan)).toBe(2);
  });

  it('take relative paths from the file\u2019s folder where the current one has nothing there', async () => {
    const { request } = await files();
    const plan = await planToolkitFolders({ ...request, cwd: await tempFolder() });
    expect(countTruths(plan)).toBe(2);
  });

  it('are checked, with line and column', async () => {
    const { request } = await files({ ECSSD: { mask: { path: 'ECSSD/mask' } } });
    await expect(planToolkitFolders(request)).rejects.toMatchObject({
      code: 'config.invalid',
      where: expect.stringMatching(/datasets\.json:\d+:\d+$/),
      message: expect.stringContaining('suffix'),
    });
  });
});
