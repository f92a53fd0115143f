import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/failure.js';
import { signaturesOf } from '../../src/metrics/signature.js';
import { packCounts } from '../../src/scoring/class-counts.js';
import { summarise } from '../../src/pipeline/summarise.js';
import { sliceScores } from '../../src/analysis/slices/slice-scores.js';
import { scoreKey } from '../../src/store/cell-key.js';
import { failureOf, NOT_DONE, openCells, type CellState } from '../../src/store/cells.js';
import { openCellTable } from '../../src/store/export/cell-table.js';
import { loadRunScores } from '../../src/store/load-run-scores.js';
import type { Manifest } from '../../src/store/manifest.js';
import {
  readManifest,
  readRecords,
  runFolder,
  writeJson,
  type RunFolder,
} from '../../src/store/run-folder.js';
import { paperDataset, paperManifest, paperModel } from '../support/run-settings.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const KEY = 'one key';
const TRUTH = 't'.repeat(64);
/** Two models of equal bytes and feeding: each of their cells has the same key. */
const manifest = paperManifest({
  models: [paperModel('a'), paperModel('b')],
  datasets: [paperDataset('d', { samples: 1 })],
});
const signatures = signaturesOf(['fixed'], manifest.settings.scoring);

let folder: RunFolder;

beforeEach(async () => {
  folder = runFolder(await tempFolder());
  await writeJson(folder.manifest, manifest);
  await lines(folder.plan, {
    kind: 'sample',
    dataset: 'd',
    id: '1',
    imagePath: '',
    truthPath: '',
    imageSha256: 'i'.repeat(64),
    truthSha256: TRUTH,
    width: 4,
    height: 4,
    attributes: { group: 'g' },
    cells: { a: KEY, b: KEY },
  });
  await lines(folder.truths, {
    dataset: 'd',
    id: '1',
    truthSha256: TRUTH,
    layout: { group: 'g' },
    status: 'done',
    attributes: {
      width: 4,
      height: 4,
      foregroundShare: 0.5,
      translucentShare: 0,
      components: 1,
      largestComponentShare: 1,
      contours: 1,
      ipq: 1,
      dominantPoints: 4,
      thinStructureShare: 0,
    },
  });
});

async function lines(path: string, ...records: readonly object[]): Promise<void> {
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
const reason = (message: string): Failure => ({ code: 'model.output', message });
const cell = (model: string): object => ({ model, dataset: 'd', id: '1' });
const predicted = (model: string): object => ({
  key: KEY,
  ...cell(model),
  status: 'done',
  phases: { decodeMs: 1, preprocessMs: 1, inferenceMs: 1, postprocessMs: 1 },
  matteSha256: '',
  width: 4,
  height: 4,
});
const lost = (model: string, message: string): object => ({
  key: KEY,
  ...cell(model),
  status: 'failed',
  failure: reason(message),
});
const scored = (model: string, iou: number): object => ({
  key: scoreKey(KEY, TRUTH, signatures),
  ...cell(model),
  status: 'done',
  metrics: { iou },
  histogram: packCounts(new Uint32Array(3 * 256).fill(1)),
});

/** What each reader says of the cells of `a` and `b`: a score, or why there is none. */
async function told(): Promise<Record<string, readonly unknown[]>> {
  const read = await readManifest(folder);
  const cells = await openCells(folder, read.settings, { values: ['iou'] });
  const joined: (number | string)[] = [];
  for await (const { record, cells: states } of cells.inPlanOrder()) {
    const said = (of: CellState, m: number): number | string => {
      if (of.kind !== 'scored') return failureOf(of).message;
      return cells.columnsOf(cells.models[m], record.dataset)[0][of.row];
    };
    joined.push(...states.map(said));
  }
  const { summary, curves } = await summarise(folder, read);
  const ofModel = (model: string): number | string =>
    summary.failures.find((failed) => failed.model === model)?.failure.message ??
    summary.accuracy.find((row) => row.model === model && row.dataset === 'd')?.metrics['iou']?.mean ??
    'nothing';
  const compared = await loadRunScores({
    folder,
    settings: read.settings,
    models: ['a', 'b'],
    metrics: ['iou'],
  });
  const table: unknown[] = [];
  const { rows } = await openCellTable(folder);
  for await (const row of rows()) table.push(row['iou'] ?? row['failure']);
  const sliced = await sliceScores(folder, { attribute: 'group' });
  return {
    joined,
    summary: ['a', 'b'].map(ofModel),
    curves: curves.map(({ model }) => model),
    compared: [...compared.datasets[0].models.values()].map(
      ({ columns: [column], failed }) => failed[0]?.reason ?? column[0],
    ),
    sliced: sliced.rows.map(({ mean, failed }) => mean ?? `${failed} failed`),
    table,
  };
}

describe('the last record of a cell holds, for every reader', () => {
  it('a score is a score', async () => {
    await lines(folder.predictions, predicted('a'), predicted('b'));
    await lines(folder.scores, scored('a', 0.25), scored('b', 0.5));
    const { joined, summary, compared, table, sliced, curves } = await told();
    for (const values of [joined, summary, compared, table, sliced]) expect(values).toEqual([0.25, 0.5]);
    expect(curves).toEqual(['a', 'b']);
  });

  it('a failed line after a done one is a failed cell, score or not', async () => {
    await lines(folder.predictions, predicted('a'), predicted('b'), lost('a', 'killed'));
    await lines(folder.scores, scored('a', 0.25), scored('b', 0.5));
    const { joined, summary, compared, table, sliced, curves } = await told();
    for (const values of [joined, summary, compared, table]) expect(values).toEqual(['killed', 0.5]);
    expect(sliced).toEqual(['1 failed', 0.5]);
    expect(curves).toEqual(['b']);
  });

  it('a done line after a failed one is a done cell', async () => {
    await lines(folder.predictions, lost('a', 'killed'), predicted('a'), predicted('b'));
    await lines(folder.scores, scored('a', 0.25), scored('b', 0.5));
    const { joined, summary, compared, table } = await told();
    for (const values of [joined, summary, compared, table]) expect(values).toEqual([0.25, 0.5]);
  });

  it('a score that failed later is none', async () => {
    await lines(folder.predictions, predicted('a'), predicted('b'));
    await lines(folder.scores, scored('a', 0.25), scored('b', 0.5), {
      key: scoreKey(KEY, TRUTH, signatures),
      ...cell('b'),
      status: 'failed',
      failure: reason('unreadable'),
    });
    const { joined, summary, compared, table, curves } = await told();
    for (const values of [joined, summary, compared, table]) expect(values).toEqual([0.25, 'unreadable']);
    expect(curves).toEqual(['a']);
  });
});

it('models of equal bytes have reasons of their own', async () => {
  await lines(folder.predictions, lost('a', 'its own'));
  const { joined, summary, compared, table } = await told();
  for (const values of [joined, summary, compared, table])
    expect(values).toEqual(['its own', NOT_DONE.message]);
});

describe('what is damaged or of another version', () => {
  it('is refused with the file, its line and the place in it', async () => {
    await lines(folder.predictions, predicted('a'));
    await lines(folder.scores, scored('a', 0.25), { ...scored('b', 0.5), metrics: { iou: 'high' } });
    await expect(told()).rejects.toMatchObject({
      code: 'data.unreadable',
      where: `${folder.scores}:2`,
      message: expect.stringContaining('metrics.iou') as unknown,
    });
    await writeFile(folder.timings, '{"kind":"sample"}\n');
    await expect(readRecords(folder, 'timings').next()).rejects.toMatchObject({
      where: `${folder.timings}:1`,
    });
  });

  it('is read where a later version only added to a line', async () => {
    await lines(folder.predictions, { ...predicted('a'), weather: 'fine' }, predicted('b'));
    await lines(folder.scores, { ...scored('a', 0.25), weather: 'fine' }, scored('b', 0.5));
    expect((await told())['joined']).toEqual([0.25, 0.5]);
  });

  it.each([['schemaVersion'], ['recordsVersion']])(
    'is refused by name where its %s is later',
    async (key) => {
      await writeJson(folder.manifest, { ...manifest, [key]: 99 });
      await expect(readManifest(folder)).rejects.toMatchObject({
        code: 'run.mismatch',
        message: `${key} 99 was written by a later Maskbench`,
      });
    },
  );

  it('is read as the first version where the manifest says none, as those of 0.1', async () => {
    const { recordsVersion: _, metrics: __, ...old } = manifest;
    await writeJson(folder.manifest, old);
    const read: Manifest = await readManifest(folder);
    expect(read).toMatchObject({ recordsVersion: 1, name: manifest.name });
    expect(JSON.parse(await readFile(folder.manifest, 'utf8'))).not.toHaveProperty('recordsVersion');
  });
});
