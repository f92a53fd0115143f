import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isDefined } from '../../src/schema/metric-value.js';
import type { ScoreRecord } from '../../src/store/records.js';
import { protocolTables } from '../../src/reports/tables/protocol-table.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await makeWorkspace({ samples: 2, extra: 'scoring: { protocols: [fixed, cutout] }\n' });
});
afterEach(() => workspace.remove());

const scores = (folder: string): Promise<readonly ScoreRecord[]> =>
  readRecords<ScoreRecord>(workspace.path(folder, 'scores.jsonl'));

it('a run scores cut-outs with its images, and its summary and report have them', async () => {
  const summary = await execute(workspace);
  expect(summary.signatures[1]).toBe('cutout|edge:>=128|rim:0.01|backgrounds:white+black|v:1');
  const mean = summary.accuracy[0].metrics['cutout.white'];
  expect(mean.n).toBe(2);
  expect(mean.mean).toBeGreaterThan(0);
  expect(summary.metrics?.find(({ id }) => id === 'cutout.halo')).toMatchObject({ better: 'lower' });
  const [, table] = protocolTables(summary);
  expect(table.title).toBe('Cut-out quality');
  expect(table.rows[0].cells[0]).toEqual({ text: 'luma' });
});

it('masks of the same bytes are scored anew when the picture behind them changes', async () => {
  await execute(workspace);
  const masks = workspace.path('out', 'predictions', 'luma', 'tiny', '{id}.png');
  await writeFile(
    workspace.path('luma.yaml'),
    `name: luma\nfeeding: precomputed\nmasks: { path: "${masks}" }\n`,
  );
  const of = async (out: string): Promise<ScoreRecord | undefined> => {
    await execute(workspace, { out: workspace.path(out) });
    return (await scores(out)).find(({ id }) => id === '000');
  };
  const before = await of('before');
  const image = workspace.path('data', 'im', '000.jpg');
  await writeFile(image, await sharp(image).negate().jpeg({ quality: 100 }).toBuffer());
  const after = await of('after');
  expect(after?.key).not.toBe(before?.key);
  const [dark, light] = [before, after].map((record) => {
    const value = record?.status === 'done' ? record.metrics['cutout.white'] : undefined;
    return value !== undefined && isDefined(value) ? value : Number.NaN;
  });
  expect(light).not.toBeCloseTo(dark, 3);
  expect(light + dark).toBeGreaterThan(0);
});
