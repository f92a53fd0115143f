import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countTruths, plannedTruths } from '../../../src/scoring/folders/folder-plan.js';
import { planPlainFolders, type PlainFolders } from '../../../src/scoring/folders/plain-layout.js';
import type { GrayImage } from '../../../src/image/raster.js';
import { SQUARE, writeMasks } from '../../support/mask-files.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

async function folders(names: readonly string[]): Promise<PlainFolders> {
  const folder = await tempFolder();
  const masks = Object.fromEntries(names.map((name): [string, GrayImage] => [name, SQUARE]));
  await writeMasks(folder, masks);
  return { predictions: join(folder, 'pred'), truths: join(folder, 'gt') };
}

describe('two plain folders', () => {
  it('pair by path without extension, in order of the ids', async () => {
    const request = await folders(['pred/b.png', 'pred/x/a.jpg', 'gt/b.jpg', 'gt/x/a.png', 'gt/a-b.png']);
    const plan = await planPlainFolders(request);
    const truths = [...plannedTruths(plan)];
    expect(truths.map(({ id }) => id)).toEqual(['a-b', 'b', 'x/a']);
    expect(truths[1].predictions).toEqual([
      { method: 'pred', mask: { kind: 'file', path: join(request.predictions, 'b.png') } },
    ]);
    expect(countTruths(plan)).toBe(3);
  });

  it('turn a missing prediction into a failure, and one without a ground truth into a warning', async () => {
    const plan = await planPlainFolders(await folders(['pred/a.png', 'pred/c.png', 'gt/a.png', 'gt/b.png']));
    const missing = [...plannedTruths(plan)].find(({ id }) => id === 'b');
    expect(missing?.predictions[0].mask).toMatchObject({
      kind: 'none',
      failure: { code: 'data.missing', message: 'no prediction for "b"' },
    });
    expect(plan.warnings).toEqual([
      expect.stringContaining('no ground truth in gt for a prediction of pred: "c"'),
    ]);
  });

  it('turn two predictions of one id into a failure that names both', async () => {
    const plan = await planPlainFolders(await folders(['pred/a.png', 'pred/a.jpg', 'gt/a.png']));
    expect([...plannedTruths(plan)][0].predictions[0].mask).toMatchObject({
      kind: 'none',
      failure: { code: 'data.duplicate', message: expect.stringContaining('share the id') },
    });
  });

  it('name the predictions as asked', async () => {
    const request = await folders(['pred/a.png', 'gt/a.png']);
    const plan = await planPlainFolders({ ...request, method: 'rembg' });
    expect(plan.groups[0].methods[0].method).toBe('rembg');
  });

  it('say what the names begin and end with where none of them pair', async () => {
    const request = await folders(['pred/p_cat_mask.png', 'gt/cat.png']);
    await expect(planPlainFolders(request)).rejects.toMatchObject({
      code: 'data.unpaired',
      message: 'none of the 1 predictions has the name of a ground truth ("p_cat_mask", but "cat")',
      remedy: 'try --pred-prefix "p_" --pred-suffix "_mask"',
    });
    const other = await folders(['pred/cat.png', 'gt/cat_gt.png']);
    await expect(planPlainFolders(other)).rejects.toMatchObject({ remedy: 'try --gt-suffix "_gt"' });
    const strangers = await folders(['pred/cat.png', 'gt/dog.png']);
    await expect(planPlainFolders(strangers)).rejects.toMatchObject({
      remedy: expect.stringContaining('names must agree'),
    });
  });

  it('may be one folder where the names tell the two sides apart', async () => {
    const { predictions } = await folders(['pred/a_p.png', 'pred/a_g.png']);
    const request = { predictions, truths: predictions };
    const plan = await planPlainFolders({
      ...request,
      predictionNames: { suffix: '_p' },
      truthNames: { suffix: '_g' },
    });
    expect([...plannedTruths(plan)]).toMatchObject([{ id: 'a', predictions: [{ mask: { kind: 'file' } }] }]);
    await expect(planPlainFolders(request)).rejects.toMatchObject({ code: 'usage' });
  });
});
