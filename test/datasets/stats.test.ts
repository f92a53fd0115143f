import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDistribution } from '../../src/datasets/distribution.js';
import { loadDataset } from '../../src/datasets/load.js';
import { measureCoverage, measureDataset } from '../../src/datasets/stats.js';
import { useTempFolder, writeFiles, writeGrey } from './make-files.js';

const tempFolder = useTempFolder();

describe('the statistics of a dataset', () => {
  it('count splits and groups, and spread sizes and foreground', async () => {
    const root = await tempFolder();
    const pair = async (
      split: string,
      stem: string,
      size: number,
      truth: readonly number[],
    ): Promise<void> => {
      await writeGrey(join(root, split, 'im', `${stem}.png`), size, 100, [9]);
      await writeGrey(join(root, split, 'gt', `${stem}.png`), size, 100, truth);
    };
    await pair('DIS-VD', '5#Artifact#1#Basket#1', 100, [0, 255]);
    await pair('DIS-VD', '5#Artifact#2#Bell#2', 200, [255]);
    await pair('DIS-TE1', '21#Tool#2#Axe#3', 300, [0, 0, 255, 51]);
    await writeFiles(root, ['DIS-VD/im/alone.jpg', 'DIS-VD/im/text.jpg', 'DIS-VD/gt/text.png']);

    const seen: number[] = [];
    const dataset = await loadDataset({ name: 'd', layout: 'dis5k', root });
    const stats = await measureDataset(dataset, { onProgress: (n) => seen.push(n) });
    expect(stats).toMatchObject({
      samples: 3,
      problems: 2,
      splits: { 'DIS-TE1': 1, 'DIS-VD': 2 },
      groups: { Artifact: 2, Tool: 1 },
      width: { min: 100, median: 200, max: 300, mean: 200 },
      height: { min: 100, max: 100 },
      megapixels: { min: 0.01, median: 0.02, max: 0.03 },
      foregroundAt128: { min: 0.25, median: 0.5, max: 1 },
      translucent: { min: 0, median: 0, max: 0.25 },
    });
    expect(stats.foreground?.min).toBeCloseTo(0.3, 12);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('of nothing but problems have no distributions', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['validation/im/a.png', 'validation/gt/b.png']);
    const stats = await measureDataset(await loadDataset({ name: 'd', layout: 'humans', root }));
    expect(stats).toMatchObject({ samples: 0, problems: 2, splits: {}, groups: {}, width: undefined });
  });

  it('stop on request', async () => {
    const root = await tempFolder();
    await writeFiles(root, ['validation/im/a.png', 'validation/gt/a.png']);
    const dataset = await loadDataset({ name: 'd', layout: 'humans', root });
    await expect(measureDataset(dataset, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('the coverage of a matte', () => {
  it('is its mean, its share at 128, and its share between black and white', () => {
    const truth = { width: 4, height: 1, data: Uint8Array.of(0, 127, 128, 255) };
    const share = expect.closeTo((127 + 128 + 255) / 4 / 255, 12);
    expect(measureCoverage(truth)).toEqual({ foreground: share, foregroundAt128: 0.5, translucent: 0.5 });
  });

  it('is of the pixels that count', () => {
    const truth = { width: 3, height: 2, data: Uint8Array.of(0, 127, 9, 128, 255, 255) };
    expect(measureCoverage({ ...truth, ignore: Uint8Array.of(0, 0, 1, 0, 0, 1) })).toEqual({
      foreground: expect.closeTo((127 + 128 + 255) / 4 / 255, 12),
      foregroundAt128: 0.5,
      translucent: 0.5,
    });
    expect(measureCoverage({ ...truth, ignore: new Uint8Array(6).fill(1) })).toBeUndefined();
  });
});

describe('a distribution', () => {
  it('has quartiles between its values', () => {
    const builder = createDistribution();
    expect(builder.summary()).toBeUndefined();
    for (const value of [4, 1, 3, 2]) builder.add(value);
    expect(builder.summary()).toEqual({ min: 1, p25: 1.75, median: 2.5, p75: 3.25, max: 4, mean: 2.5 });
  });

  it('orders numbers as numbers', () => {
    const builder = createDistribution();
    for (const value of [10, 9, 100]) builder.add(value);
    expect(builder.summary()).toMatchObject({ min: 9, median: 10, max: 100 });
  });
});
