import { describe, expect, it } from 'vitest';
import type { MetricValue } from '../../../src/schema/metric-value.js';
import { scoreKey } from '../../../src/store/cell-key.js';
import { openJsonl } from '../../../src/core/jsonl.js';
import type { PlannedSample } from '../../../src/schema/planned-sample.js';
import type { ScoreRecord, TruthRecord } from '../../../src/store/records.js';
import { runFolder, writeJson, type RunFolder } from '../../../src/store/run-folder.js';
import { sliceScores } from '../../../src/analysis/slices/slice-scores.js';
import type { TruthAttributes } from '../../../src/metrics/attributes.js';
import { signaturesOf } from '../../../src/metrics/signature.js';
import { paperDataset, paperManifest, paperModel } from '../../support/run-settings.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();
const manifest = paperManifest({
  models: [paperModel('a'), paperModel('b', { trainedOn: ['d2'] })],
  datasets: [paperDataset('d1'), paperDataset('d2')],
});
const signatures = signaturesOf(['fixed'], manifest.settings.scoring);

const ATTRIBUTES: TruthAttributes = {
  width: 100,
  height: 50,
  foregroundShare: 0.5,
  translucentShare: 0,
  components: 1,
  largestComponentShare: 1,
  contours: 1,
  ipq: 1,
  dominantPoints: 4,
  thinStructureShare: 0,
};

/** A sample of dataset d1 or d2: what its layout says, its attributes (null: unreadable), and the IoU of model a. */
interface PaperSample {
  readonly dataset?: string;
  readonly layout?: Readonly<Record<string, string | number>>;
  readonly attributes?: Partial<TruthAttributes> | null;
  readonly iou?: MetricValue;
}

async function runOf(samples: readonly PaperSample[]): Promise<RunFolder> {
  const folder = runFolder(await tempFolder());
  const plan: PlannedSample[] = [];
  const truths: TruthRecord[] = [];
  const scores: ScoreRecord[] = [];
  for (const [i, { dataset = 'd1', layout = {}, attributes = {}, iou }] of samples.entries()) {
    const [id, truthSha256] = [String(i), `truth-${i}`];
    const cells = { a: `a-${i}`, b: `b-${i}` };
    const files = { imagePath: '', truthPath: '', imageSha256: '', width: 1, height: 1 };
    plan.push({ kind: 'sample', dataset, id, ...files, truthSha256, attributes: layout, cells });
    truths.push({
      dataset,
      id,
      truthSha256,
      layout,
      ...(attributes === null
        ? { status: 'failed', failure: { code: 'data.unreadable', message: 'torn' } }
        : { status: 'done', attributes: { ...ATTRIBUTES, ...attributes } }),
    });
    if (iou === undefined) continue;
    const key = scoreKey(cells.a, truthSha256, signatures);
    scores.push({ key, model: 'a', dataset, id, status: 'done', metrics: { iou, dice: 1 } });
  }
  await writeJson(folder.manifest, manifest);
  for (const [path, records] of [
    [folder.plan, plan],
    [folder.truths, truths],
    [folder.scores, scores],
  ] as const) {
    const writer = await openJsonl(path);
    for (const record of records) await writer.append(record);
    await writer.close();
  }
  return folder;
}

describe('scores by an attribute', () => {
  it('of the layout have a slice for each value, per dataset and model', async () => {
    const folder = await runOf([
      { layout: { group: 'Ship' }, iou: 0.2 },
      { layout: { group: 'Ship' }, iou: 0.4 },
      { layout: { group: 'Plant' }, iou: 0.9 },
      { dataset: 'd2', iou: 0.5 },
    ]);
    const { attribute, metric, signature, rows } = await sliceScores(folder, { attribute: 'group' });
    expect({ attribute, metric }).toEqual({ attribute: 'group', metric: 'iou' });
    expect(signature).toContain('agg:mean');
    expect(rows.filter(({ model }) => model === 'a')).toMatchObject([
      {
        dataset: 'd1',
        slice: 'Plant',
        n: 1,
        mean: 0.9,
        interval: { undefined: 'one image shows no spread' },
      },
      { dataset: 'd1', slice: 'Ship', n: 2, mean: (0.2 + 0.4) / 2, failed: 0 },
      { dataset: 'd2', slice: '(none)', n: 1 },
    ]);
    expect(rows.find(({ model, slice }) => model === 'b' && slice === 'Ship')).toMatchObject({
      n: 0,
      failed: 2,
      mean: null,
    });
  });

  it('that is a number are in thirds of each dataset', async () => {
    const folder = await runOf([1, 2, 3, 10, 20, 30].map((ipq) => ({ attributes: { ipq }, iou: ipq / 100 })));
    const { slicing, rows } = await sliceScores(folder, { attribute: 'ipq' });
    expect(slicing).toBe('thirds of each dataset');
    expect(rows.filter(({ model }) => model === 'a')).toMatchObject([
      { slice: '1 to 2', n: 2, mean: 0.015 },
      { slice: '3 to 10', n: 2 },
      { slice: '20 to 30', n: 2, mean: 0.25 },
    ]);
  });

  it('of few values have fixed slices', async () => {
    const folder = await runOf([1, 1, 3, 700].map((components) => ({ attributes: { components }, iou: 1 })));
    const { slicing, rows } = await sliceScores(folder, { attribute: 'components' });
    expect(slicing).toBe('fixed slices');
    expect(rows.filter(({ model }) => model === 'a').map(({ slice, n }) => [slice, n])).toEqual([
      ['1', 2],
      ['2 to 5', 1],
      ['6 or more', 1],
    ]);
  });

  it('keep samples whose attribute is undefined or could not be measured in a slice of their own', async () => {
    const folder = await runOf([
      { attributes: { ipq: 2 }, iou: 1 },
      { attributes: { ipq: { undefined: 'the ground truth is empty' } }, iou: 0 },
      { attributes: null, iou: 0 },
    ]);
    const { rows } = await sliceScores(folder, { attribute: 'ipq' });
    expect(rows.filter(({ model }) => model === 'a')).toMatchObject([
      { slice: '2', n: 1 },
      { slice: '(none)', n: 2, mean: 0 },
    ]);
  });

  it('are information only below thirty images', async () => {
    const samples = Array.from({ length: 59 }, (_, i) => ({
      layout: { split: i < 30 ? 'large' : 'small' },
      iou: 0.5 + i / 1000,
    }));
    const { rows } = await sliceScores(await runOf(samples), { attribute: 'split' });
    expect(
      rows
        .filter(({ model }) => model === 'a')
        .map(({ slice, n, informationOnly }) => [slice, n, informationOnly]),
    ).toEqual([
      ['large', 30, false],
      ['small', 29, true],
    ]);
  });

  it('are marked where the model was trained on the dataset', async () => {
    const folder = await runOf([
      { layout: { split: 'x' }, iou: 1 },
      { dataset: 'd2', layout: { split: 'x' }, iou: 1 },
    ]);
    const { rows } = await sliceScores(folder, { attribute: 'split' });
    expect(rows.filter(({ leaked }) => leaked).map(({ model, dataset }) => [model, dataset])).toEqual([
      ['b', 'd2'],
    ]);
  });

  it('can be of any metric of the run, and leave out where it is undefined', async () => {
    const folder = await runOf([{ iou: 0.5 }, { iou: { undefined: 'both masks are empty' } }]);
    const slices = await sliceScores(folder, { attribute: 'components', metric: 'dice' });
    expect(slices).toMatchObject({ metric: 'dice', rows: [{ n: 2, mean: 1 }, { n: 0 }] });
    const iou = await sliceScores(folder, { attribute: 'components' });
    expect(iou.rows[0]).toMatchObject({ n: 1, failed: 0 });
  });

  it('take the attribute\u2019s name with hyphens too, and suggest one for a misspelled name', async () => {
    const folder = await runOf([{ layout: { group: 'Ship' }, iou: 1 }]);
    const slices = await sliceScores(folder, { attribute: 'thin-structure-share' });
    expect(slices.attribute).toBe('thinStructureShare');
    await expect(sliceScores(folder, { attribute: 'gruop' })).rejects.toMatchObject({
      code: 'config.unknown-name',
      remedy: 'did you mean "group"?',
    });
    await expect(sliceScores(folder, { attribute: 'group', metric: 'ioo' })).rejects.toMatchObject({
      remedy: 'did you mean "iou"?',
    });
  });

  it('need ground truths that are measured', async () => {
    const folder = await runOf([]);
    await expect(sliceScores(folder, { attribute: 'ipq' })).rejects.toMatchObject({ code: 'data.missing' });
    await expect(sliceScores(folder, { attribute: 'group' })).rejects.toMatchObject({
      code: 'data.missing',
    });
  });
});
