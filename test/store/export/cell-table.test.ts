import { readFile, rm, writeFile } from 'node:fs/promises';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDefined } from '../../../src/schema/metric-value.js';
import { metricColumn } from '../../../src/store/export/cell-column.js';
import { openCellTable } from '../../../src/store/export/cell-table.js';
import type { ScoreRecord } from '../../../src/store/records.js';
import { runFolder } from '../../../src/store/run-folder.js';
import { METRICS } from '../../../src/metrics/registry.js';
import { cli } from '../../support/cli.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

type Row = Readonly<Record<string, unknown>>;

let workspace: Workspace;
let rows: readonly Row[];
const parquet = (): string => workspace.path('cells.parquet');

beforeAll(async () => {
  workspace = await makeWorkspace({
    models: ['luma', 'not-a-number'],
    samples: 4,
    extra: 'scoring: { protocols: [fixed, sod, matting, cutout] }\n',
  });
  // An empty ground truth has undefined metrics; a file that is no image fails.
  await writeFile(workspace.path('data', 'gt', '003.png'), 'no image');
  await execute(workspace, { phases: { predict: true, score: true, time: true } });
  const { status, err } = await cli(
    ['report', 'out', '--format', 'parquet', '--out', 'cells.parquet'],
    workspace.folder,
  );
  expect(err).toBe('Written to cells.parquet\n');
  expect(status).toBe(0);
  rows = (await parquetReadObjects({ file: await asyncBufferFromFile(parquet()) })) as readonly Row[];
});
afterAll(() => workspace.remove());

describe('the Parquet file of a run', () => {
  it('has every planned cell once, in plan order', () => {
    expect(rows.map(({ id, model }) => `${String(id)} ${String(model)}`)).toEqual(
      ['000', '001', '002', '003'].flatMap((id) => [`${id} luma`, `${id} not-a-number`]),
    );
    expect(rows[0]).toMatchObject({ run: 'tiny-run', device: 'cpu', dataset: 'tiny', leaked: false });
  });

  it('has every metric of every scored cell as scores.jsonl has it', async () => {
    const scores = await readRecords<ScoreRecord>(workspace.path('out', 'scores.jsonl'));
    const done = scores.filter((record) => record.status === 'done');
    expect(done).toHaveLength(3);
    for (const record of done) {
      const row = rows.find(({ id, model }) => id === record.id && model === record.model);
      expect(row?.['status']).toBe('scored');
      for (const { meta } of METRICS) {
        const value = record.metrics[meta.id];
        expect(row?.[metricColumn(meta.id)], meta.id).toBe(isDefined(value) ? value : null);
        if (!isDefined(value)) expect(row?.['undefined']).toContain(`${meta.id}: ${value.undefined}`);
      }
    }
  });

  it('says of a failed cell why it failed, and has none of its figures', () => {
    const nan = rows.find(({ id, model }) => id === '000' && model === 'not-a-number');
    expect(nan).toMatchObject({ status: 'failed', failure_code: 'model.output', iou: null });
    const unreadable = rows.find(({ id, model }) => id === '003' && model === 'luma');
    expect(unreadable).toMatchObject({ status: 'failed', failure_code: 'data.unreadable', iou: null });
  });

  it('has the attributes of the ground truths, and times where a cell was timed', () => {
    expect(rows[0]).toMatchObject({ gt_width: 72, gt_height: 56, gt_components: 1 });
    const timed = rows.filter(({ predict_ms }) => predict_ms !== null);
    // Two images of each model.
    expect(timed).toHaveLength(4);
    expect(timed[0]).toMatchObject({ timed_n: 1, sealed: false });
    expect(rows[0]['accuracy_pass_inference_ms']).toBeGreaterThan(0);
  });

  it('says in its metadata what the run is', async () => {
    const { key_value_metadata: pairs } = await parquetMetadataAsync(await asyncBufferFromFile(parquet()));
    const value = pairs?.find(({ key }) => key === 'maskbench')?.value ?? '';
    expect(JSON.parse(value)).toMatchObject([
      {
        run: 'tiny-run',
        signatures: [/./, /./, /./, /./].map(() => expect.stringContaining('|v:1') as string),
        metrics: { sod_wf: 'sod.wf' },
      },
    ]);
  });
});

describe('the CSV of the cells', () => {
  it('has the same rows and figures', async () => {
    const { out, status } = await cli(['report', 'out', '--format', 'cells-csv'], workspace.folder);
    expect(status).toBe(0);
    const [head = '', ...lines] = out.trimEnd().split('\r\n');
    expect(lines).toHaveLength(rows.length);
    const names = head.split(',');
    const iou = names.indexOf('iou');
    expect(names.slice(0, 5)).toEqual(['run', 'device', 'model', 'dataset', 'id']);
    expect(Number(lines[0]?.split(',')[iou])).toBe(rows[0]['iou']);
  });

  it('of several runs has their rows below each other, and of a file is written whole', async () => {
    const argv = ['report', 'out', 'out', '--format', 'cells-csv', '--out', 'both.csv'];
    expect((await cli(argv, workspace.folder)).status).toBe(0);
    const text = await readFile(workspace.path('both.csv'), 'utf8');
    expect(text.trimEnd().split('\r\n')).toHaveLength(1 + 2 * rows.length);
  });
});

describe('asking for cells', () => {
  it('as Parquet needs a file, and a run', async () => {
    const without = await cli(['report', 'out', '--format', 'parquet'], workspace.folder);
    expect(without.status).toBe(64);
    expect(without.err).toMatch(/--out is missing; Parquet is a binary format: name the file/);
    const nowhere = await cli(
      ['report', 'nowhere', '--format', 'parquet', '--out', 'x.parquet'],
      workspace.folder,
    );
    expect(nowhere.status).toBe(65);
    expect(nowhere.err).toContain('no such run folder');
  });

  it('of a run that was torn leaves the torn cell as not done', async () => {
    const copy = workspace.path('torn');
    await rm(copy, { recursive: true, force: true });
    await execute(workspace, { out: copy });
    const scores = runFolder(copy).scores;
    // Cells are written as they are done, in any order; the torn one is to be one with figures.
    const lines = (await readFile(scores, 'utf8')).trimEnd().split('\n');
    const isDone = (line: string): boolean => (JSON.parse(line) as ScoreRecord).status === 'done';
    const text = lines.sort((a, b) => Number(isDone(a)) - Number(isDone(b))).join('\n');
    await writeFile(scores, text.slice(0, -5));
    const cells = [];
    for await (const row of (await openCellTable(runFolder(copy))).rows()) cells.push(row);
    expect(cells.filter(({ status }) => status === 'scored')).toHaveLength(2);
    await rm(scores);
    const none = [];
    for await (const row of (await openCellTable(runFolder(copy))).rows()) none.push(row['status']);
    expect(new Set(none)).toEqual(new Set(['failed']));
  });
});
