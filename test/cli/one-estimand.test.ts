import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/schema/comparison.js';
import type { RankingReport } from '../../src/schema/ranking.js';
import type { Summary } from '../../src/schema/summary.js';
import type { GateOutcome } from '../../src/schema/verdict.js';
import { cli, IS_BUILT } from '../support/cli.js';
import { draw } from '../support/drawn-mattes.js';
import { writeMasks } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

/** A mask whose first columns are foreground; against one of 8 its IoU is its columns over 8. */
const columns = (count: number) => draw(10, 4, (x) => (x < count ? 255 : 0));
const MANY = 9;

/** `images` is ahead on nine images of one dataset, `datasets` far ahead on the only two of another. */
async function runOfTwo(): Promise<string> {
  const folder = await tempFolder();
  const masks: Record<string, ReturnType<typeof columns>> = {};
  const add = (set: string, id: string, images: number, datasets: number): void => {
    masks[`data/T/${set}/gt/${id}.png`] = columns(8);
    masks[`preds/images/${set}/${id}.png`] = columns(images);
    masks[`preds/datasets/${set}/${id}.png`] = columns(datasets);
  };
  for (let i = 0; i < MANY; i++) add('many', `m${i}`, 7, 6);
  for (let i = 0; i < 2; i++) add('few', `f${i}`, 2, 6);
  await writeMasks(folder, masks);
  const layout = ['--layout', 'birefnet', '--pred', 'preds', '--gt', 'data', '--protocol', 'fixed'];
  const { status, err } = await cli(['score', ...layout, '--out', 'run'], folder);
  expect([status, err]).toMatchObject([0, expect.anything()]);
  return folder;
}

describe.skipIf(!IS_BUILT)('two models whose order flips between images and datasets', () => {
  it('come in one order to report, rank, compare and check: that of the mean of datasets', async () => {
    const folder = await runOfTwo();
    const ask = async <T>(status: number, ...argv: readonly string[]): Promise<T> => {
      const result = await cli(argv, folder);
      expect([result.status, result.err], argv.join(' ')).toMatchObject([status, expect.anything()]);
      return JSON.parse(result.out) as T;
    };
    const [images, datasets] = [(7 / 8 + 2 / 8) / 2, 6 / 8];
    const gain = datasets - images;
    // and the other way round where images weigh the same
    expect(MANY * (6 - 7) + 2 * (6 - 2)).toBeLessThan(0);

    const summary = await ask<Summary>(0, 'report', 'run', '--format', 'json');
    const overall = (model: string): number | null | undefined =>
      summary.accuracy.find((row) => row.model === model && row.dataset === null)?.metrics['iou']?.mean;
    expect(overall('images')).toBeCloseTo(images, 12);
    expect(overall('datasets')).toBeCloseTo(datasets, 12);

    const { tables } = await ask<RankingReport>(0, 'rank', 'run', '--format', 'json');
    const ranks = tables.find(({ dataset }) => dataset === null)?.ranks ?? [];
    expect(ranks.map(({ model }) => model)).toEqual(['datasets', 'images']);
    expect(ranks[0]?.mean).toBeCloseTo(datasets, 12);
    expect(ranks[1]?.mean).toBeCloseTo(images, 12);

    const models = ['--model-a', 'images', '--model-b', 'datasets'];
    const { pairs } = await ask<Comparison>(0, 'compare', 'run', 'run', ...models, '--format', 'json');
    const all = pairs[0]?.metrics.find(({ metric, dataset }) => metric === 'iou' && dataset === null);
    expect(all?.gain?.mean).toBeCloseTo(gain, 12);
    expect(all?.baseline).toBeCloseTo(images, 12);
    expect(all?.candidate).toBeCloseTo(datasets, 12);

    await writeFile(
      join(folder, 'gate.yaml'),
      'version: 2\nname: g\naccuracy: [{ metric: iou, margin: 0.1 }]\nfloors: [{ metric: iou, mean: 0.1 }]\n',
    );
    const sides = ['--baseline', 'run', '--candidate', 'run', '--gate', 'gate.yaml'];
    const verdict = await ask<GateOutcome>(2, 'check', ...sides, ...models, '--json');
    const figures = (id: string) => verdict.pairs[0]?.checks.find((check) => check.id === id)?.figures;
    expect(figures('accuracy/iou/all')?.['gain']).toBeCloseTo(gain, 12);
    expect(figures('floor/iou/all')?.['gain']).toBeCloseTo(datasets - 0.1, 12);
  });
});
