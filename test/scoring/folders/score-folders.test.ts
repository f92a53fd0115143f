import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planBirefnetFolders } from '../../../src/scoring/folders/birefnet-layout.js';
import type { FolderPlan } from '../../../src/scoring/folders/folder-plan.js';
import { planPlainFolders } from '../../../src/scoring/folders/plain-layout.js';
import {
  scoreFolders,
  sumCells,
  type FolderCell,
  type FolderScoring,
} from '../../../src/scoring/folders/score-folders.js';
import { DEFAULT_CONVENTIONS } from '../../../src/metrics/metric.js';
import { draw } from '../../support/drawn-mattes.js';
import { IS_BUILT } from '../../support/cli.js';
import { NOTHING, SQUARE, WIDER, writeMasks } from '../../support/mask-files.js';
import { PLAIN_READINGS } from '../../support/plain-readings.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();
const FIXED: FolderScoring = {
  protocols: ['fixed'],
  conventions: DEFAULT_CONVENTIONS,
  readings: PLAIN_READINGS,
  resize: false,
};

async function score(plan: FolderPlan, scoring: FolderScoring = FIXED) {
  const cells: FolderCell[] = [];
  const scored = scoreFolders(plan, scoring, new AbortController().signal);
  const results = await sumCells(scored, plan, scoring, (ofTruth) => cells.push(...ofTruth));
  return { cells, results };
}

async function plain(): Promise<{ folder: string; plan: () => Promise<FolderPlan> }> {
  const folder = await tempFolder();
  await writeMasks(folder, {
    'pred/a.png': WIDER,
    'pred/b.png': SQUARE,
    'pred/c.png': draw(4, 3, () => 255),
    'pred/e.png': NOTHING,
    'gt/a.png': SQUARE,
    'gt/b.png': SQUARE,
    'gt/c.png': SQUARE,
    'gt/d.png': SQUARE,
    'gt/e.png': NOTHING,
  });
  const request = { predictions: join(folder, 'pred'), truths: join(folder, 'gt') };
  return { folder, plan: () => planPlainFolders(request) };
}

describe.skipIf(!IS_BUILT)('scoring folders', () => {
  it('gives every ground truth\u2019s cells in order, failed ones among them', async () => {
    const { cells } = await score(await (await plain()).plan());
    expect(cells.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'a done',
      'b done',
      'c failed',
      'd failed',
      'e done',
    ]);
    expect(cells[0]).toMatchObject({ metrics: { iou: 0.8 }, counts: { tp: 12, fp: 3, fn: 0, tn: 33 } });
  });

  it('sums up what could be scored, and lists what could not', async () => {
    const { results } = await score(await (await plain()).plan());
    const [of] = results.scores;
    expect(of).toMatchObject({ model: 'pred', dataset: 'gt', scored: 3, failed: 2 });
    expect(of.metrics['iou']).toMatchObject({ mean: 2.8 / 3, n: 3, pooled: 24 / 27 });
    expect(of.threshold).toMatchObject({ used: { threshold: 128 }, cost: 0 });
    expect(results.failures.map(({ id, failure }) => [id, failure.code])).toEqual([
      ['c', 'data.size-mismatch'],
      ['d', 'data.missing'],
    ]);
  });

  it('resizes predictions where that is asked for', async () => {
    const { cells } = await score(await (await plain()).plan(), { ...FIXED, resize: true });
    expect(cells[2]).toMatchObject({ id: 'c', status: 'done', metrics: { iou: 0.25 } });
  });

  it('keeps to the convention for two empty masks', async () => {
    const { results } = await score(await (await plain()).plan(), {
      ...FIXED,
      conventions: { threshold: 128, empty: 'skip' },
    });
    expect(results.scores[0].metrics['iou']).toMatchObject({ n: 2, undefined: 1 });
  });

  it('goes on past files that are no pictures', async () => {
    const { folder, plan } = await plain();
    await writeFile(join(folder, 'pred/a.png'), 'no picture');
    await writeFile(join(folder, 'gt/b.png'), '');
    const { results } = await score(await plan());
    expect(results.failures.map(({ id, failure }) => [id, failure.code])).toEqual([
      ['a', 'data.unreadable'],
      ['b', 'data.empty'],
      ['c', 'data.size-mismatch'],
      ['d', 'data.missing'],
    ]);
  });

  it('sets several methods side by side on every ground truth', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'p/A/S/1.png': SQUARE,
      'p/B/S/1.png': WIDER,
      'p/B/S/2.png': SQUARE,
      'd/S/gt/1.png': SQUARE,
      'd/S/gt/2.png': SQUARE,
    });
    const plan = await planBirefnetFolders({ predictions: join(folder, 'p'), truths: join(folder, 'd') });
    const { cells, results } = await score(plan);
    expect(cells.map(({ id, model, status }) => `${id} ${model} ${status}`)).toEqual([
      '1 A done',
      '1 B done',
      '2 A failed',
      '2 B done',
    ]);
    expect(results.scores.map(({ model, metrics }) => [model, metrics['iou'].mean])).toEqual([
      ['A', 1],
      ['B', 0.9],
    ]);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const cells = scoreFolders(await (await plain()).plan(), FIXED, stop.signal);
    await cells.next();
    stop.abort();
    await expect(cells.next()).rejects.toMatchObject({ code: 'cancelled' });
  });
});
