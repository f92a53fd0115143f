import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planBirefnetFolders } from '../../../src/scoring/folders/birefnet-layout.js';
import { plannedTruths } from '../../../src/scoring/folders/folder-plan.js';
import type { GrayImage } from '../../../src/image/raster.js';
import { SQUARE, writeMasks } from '../../support/mask-files.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

const FILES = [
  'e_preds/A--ep1/DIS-VD/1.png',
  'e_preds/A--ep1/DIS-VD/2.png',
  'e_preds/A--ep1/DIS-TE1/1.png',
  'e_preds/B/DIS-VD/1.jpg',
  'data/DIS5K/DIS-VD/gt/1.png',
  'data/DIS5K/DIS-VD/gt/2.png',
  'data/DIS5K/DIS-VD/im/1.jpg',
  'data/DIS5K/DIS-TE1/gt/1.png',
];

async function folders(files: readonly string[] = FILES) {
  const folder = await tempFolder();
  await writeMasks(folder, Object.fromEntries(files.map((name): [string, GrayImage] => [name, SQUARE])));
  return { predictions: join(folder, 'e_preds'), truths: join(folder, 'data') };
}

describe('BiRefNet\u2019s folders', () => {
  it('are methods by test sets, whose ground truths lie below any task', async () => {
    const plan = await planBirefnetFolders(await folders());
    expect(plan.several).toBe(true);
    expect(plan.groups.map(({ dataset }) => dataset)).toEqual(['DIS-TE1', 'DIS-VD']);
    expect(plan.groups[0].methods.map(({ method }) => method)).toEqual(['A--ep1', 'B']);
    expect(plan.warnings).toEqual([]);
  });

  it('have their pictures beside the ground truths, for protocols that need them', async () => {
    const where = await folders([...FILES, 'data/DIS5K/DIS-TE1/im/1.jpg']);
    const truths = [...plannedTruths(await planBirefnetFolders({ ...where, withPictures: true }))];
    expect(truths[0].picture).toEqual({
      kind: 'file',
      path: join(where.truths, 'DIS5K/DIS-TE1/im/1.jpg'),
    });
    expect(truths[2].picture).toMatchObject({ kind: 'none', failure: { message: 'no picture for "2"' } });
  });

  it('may be given by the folder of one task, as its own evaluation takes it', async () => {
    const { predictions, truths } = await folders();
    const plan = await planBirefnetFolders({ predictions, truths: join(truths, 'DIS5K') });
    expect(plan.groups).toHaveLength(2);
  });

  it('fail a method in every image of a test set that it has no folder of', async () => {
    const plan = await planBirefnetFolders(await folders());
    const [te1, ...vd] = [...plannedTruths(plan)];
    expect(te1.predictions[1]).toMatchObject({ method: 'B', mask: { kind: 'none' } });
    // The extension need not be the ground truth's.
    expect(vd[0].predictions[1]).toMatchObject({ method: 'B', mask: { kind: 'file' } });
    expect(vd[1].predictions[1].mask).toMatchObject({ kind: 'none', failure: { code: 'data.missing' } });
  });

  it('fail a method whose folder of a test set is empty, and score the others', async () => {
    const request = await folders();
    await mkdir(join(request.predictions, 'C', 'DIS-VD'), { recursive: true });
    const plan = await planBirefnetFolders({ ...request, datasets: ['DIS-VD'] });
    expect(plan.groups[0].methods).toMatchObject([
      { masks: {} },
      { masks: {} },
      { method: 'C', masks: { names: new Map() } },
    ]);
  });

  it('can be narrowed to methods and test sets, and answer a misspelled one', async () => {
    const request = await folders();
    const plan = await planBirefnetFolders({ ...request, methods: ['B'], datasets: ['DIS-VD'] });
    expect(plan.groups).toMatchObject([{ dataset: 'DIS-VD', methods: [{ method: 'B' }] }]);
    await expect(planBirefnetFolders({ ...request, datasets: ['DIS-VB'] })).rejects.toMatchObject({
      code: 'config.unknown-name',
      remedy: 'did you mean "DIS-VD"?',
    });
  });

  it('warn of a test set without ground truths, and refuse one that was asked for', async () => {
    const request = await folders([...FILES, 'e_preds/B/NC4K/1.png']);
    const plan = await planBirefnetFolders(request);
    expect(plan.warnings).toEqual([expect.stringContaining('"NC4K" has no ground truths')]);
    await expect(planBirefnetFolders({ ...request, datasets: ['NC4K'] })).rejects.toMatchObject({
      code: 'data.missing',
    });
  });

  it('refuse a test set with ground truths in two tasks', async () => {
    const request = await folders([...FILES, 'data/COD/DIS-VD/gt/1.png']);
    await expect(planBirefnetFolders(request)).rejects.toMatchObject({ code: 'data.duplicate' });
  });

  it('say what was expected where there are no test sets', async () => {
    const request = await folders(['e_preds/A/1.png', 'data/DIS5K/DIS-VD/gt/1.png']);
    await expect(planBirefnetFolders(request)).rejects.toMatchObject({
      code: 'data.empty',
      remedy: expect.stringContaining('<method>/<test set>/<mask>'),
    });
  });
});
