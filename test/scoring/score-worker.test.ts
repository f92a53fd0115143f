import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { unpackCounts } from '../../src/scoring/class-counts.js';
import { AS_OPACITY } from '../../src/datasets/values/read-checked.js';
import scoreSample, { type ScoreTask } from '../../src/scoring/score-worker.js';
import { DEFAULT_CONVENTIONS } from '../../src/metrics/metric.js';
import { draw } from '../support/drawn-mattes.js';
import { SQUARE, WIDER, writeMask } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

async function taskOf(changes: Partial<ScoreTask> = {}): Promise<ScoreTask> {
  const folder = await tempFolder();
  const [truthPath, mask, small] = ['gt.png', 'mask.png', 'small.png'].map((name) => join(folder, name));
  await writeMask(truthPath, SQUARE);
  await writeMask(mask, WIDER);
  await writeMask(
    small,
    draw(4, 3, () => 255),
  );
  return {
    truthPath,
    truthReading: AS_OPACITY,
    mattePaths: [mask, small],
    protocols: ['fixed'],
    conventions: DEFAULT_CONVENTIONS,
    ...changes,
  };
}

describe('scoring a sample', () => {
  it('gives metrics, the counts to pool and the counts to draw curves from', async () => {
    const { cells, truth } = await scoreSample(await taskOf());
    expect(cells[0]).toMatchObject({
      status: 'done',
      metrics: { iou: 12 / 15, recall: 1 },
      counts: { tp: 12, fp: 3, fn: 0, tn: 33 },
    });
    const histogram = cells[0].status === 'done' ? (cells[0].histogram ?? '') : '';
    expect(unpackCounts(histogram)[255]).toBe(3);
    expect(truth).toBeNull();
  });

  it('fails a matte of another size, naming its file, and scores the others', async () => {
    const task = await taskOf();
    const { cells } = await scoreSample(task);
    expect(cells[1]).toMatchObject({
      status: 'failed',
      failure: { code: 'data.size-mismatch', where: task.mattePaths[1] },
    });
  });

  it('resizes a matte of another size where that is asked for', async () => {
    const { cells } = await scoreSample(await taskOf({ resize: true }));
    expect(cells[1]).toMatchObject({ status: 'done', metrics: { recall: 1, precision: 12 / 48 } });
  });

  it('measures the ground truth where that is asked for, with or without mattes', async () => {
    const { cells, truth } = await scoreSample(await taskOf({ attributes: true, mattePaths: [] }));
    expect(cells).toEqual([]);
    expect(truth).toMatchObject({ status: 'done', attributes: { components: 1, foregroundShare: 0.25 } });
  });

  it('fails everything where the ground truth is no picture', async () => {
    const task = await taskOf({ attributes: true });
    await writeFile(task.truthPath, 'no picture');
    const { cells, truth } = await scoreSample(task);
    expect(cells.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(truth).toMatchObject({ status: 'failed', failure: { where: task.truthPath } });
  });

  it('keeps no counts of the fixed protocol where that is not scored, and no curves of matting', async () => {
    const sod = await scoreSample(await taskOf({ protocols: ['sod'] }));
    expect(sod.cells[0]).toHaveProperty('histogram');
    expect(sod.cells[0]).not.toHaveProperty('counts');
    const matting = await scoreSample(await taskOf({ protocols: ['matting'] }));
    expect(matting.cells[0]).not.toHaveProperty('histogram');
  });
});
