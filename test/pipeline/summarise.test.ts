import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/failure.js';
import type { MetricValue } from '../../src/schema/metric-value.js';
import type { AccuracyRow, Summary } from '../../src/schema/summary.js';
import { scoreKey } from '../../src/store/cell-key.js';
import { openJsonl } from '../../src/core/jsonl.js';
import type { PlanRecord, PredictionRecord, ScoreRecord } from '../../src/store/records.js';
import type { TimingRecord } from '../../src/store/timing-record.js';
import { runFolder, type RunFolder } from '../../src/store/run-folder.js';
import { summarise } from '../../src/pipeline/summarise.js';
import { signaturesOf } from '../../src/metrics/signature.js';
import { paperDataset, paperManifest, paperModel } from '../support/run-settings.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const manifest = paperManifest({
  models: [paperModel('a', { trainedOn: ['seen', 'other'] }), paperModel('b')],
  datasets: [
    paperDataset('d1', { samples: 3, tags: ['unseen'] }),
    paperDataset('d2', { samples: 1, tags: ['seen'] }),
  ],
});
const signatures = signaturesOf(['fixed'], manifest.settings.scoring);

const planned = (dataset: string, id: string): PlanRecord => ({
  kind: 'sample',
  dataset,
  id,
  imagePath: '',
  truthPath: '',
  imageSha256: '',
  truthSha256: `truth-${id}`,
  width: 1,
  height: 1,
  attributes: {},
  cells: { a: `a-${dataset}-${id}`, b: `b-${dataset}-${id}` },
});
const score = (model: string, dataset: string, id: string, iou: MetricValue): ScoreRecord => ({
  key: scoreKey(`${model}-${dataset}-${id}`, `truth-${id}`, signatures),
  model,
  dataset,
  id,
  status: 'done',
  metrics: { iou },
});
const failure = (message: string): Failure => ({ code: 'model.output', message });
const lost = (model: string, dataset: string, id: string, message: string): PredictionRecord => ({
  key: `${model}-${dataset}-${id}`,
  model,
  dataset,
  id,
  status: 'failed',
  failure: failure(message),
});

async function write(path: string, records: readonly unknown[]): Promise<void> {
  const writer = await openJsonl(path);
  for (const record of records) await writer.append(record);
  await writer.close();
}

const PLAN = [planned('d1', '1'), planned('d1', '2'), planned('d1', '3'), planned('d2', '1')];

async function summaryOf(
  scores: readonly ScoreRecord[],
  predictions: readonly PredictionRecord[] = [],
  plan: readonly PlanRecord[] = PLAN,
  timings: readonly TimingRecord[] = [],
): Promise<Summary> {
  const folder: RunFolder = runFolder(await tempFolder());
  await write(folder.plan, plan);
  await write(folder.scores, scores);
  await write(folder.predictions, predictions);
  if (timings.length > 0) await write(folder.timings, timings);
  return (await summarise(folder, manifest)).summary;
}

function row({ accuracy }: Summary, model: string, dataset: string | null): AccuracyRow {
  const found = accuracy.find((candidate) => candidate.model === model && candidate.dataset === dataset);
  if (found === undefined) throw new Error(`no row ${model} ${dataset}`);
  return found;
}

const all = (['a', 'b'] as const).flatMap((model) => [
  score(model, 'd1', '1', 0.9),
  score(model, 'd1', '2', 0.8),
  score(model, 'd1', '3', 0.4),
  score(model, 'd2', '1', 0.1),
]);

describe('the summary of a run', () => {
  it('has the mean over the images of a dataset, and over datasets the plain mean of their means', async () => {
    const summary = await summaryOf(all);
    expect(row(summary, 'b', 'd1').metrics['iou']).toMatchObject({
      mean: (0.9 + 0.8 + 0.4) / 3,
      n: 3,
      undefined: 0,
    });
    expect(row(summary, 'b', 'd2').metrics['iou']).toMatchObject({ mean: 0.1, n: 1, undefined: 0 });
    expect(row(summary, 'b', null).metrics['iou']?.mean).toBeCloseTo((0.7 + 0.1) / 2, 12);
    expect(summary.cells).toEqual({ planned: 8, scored: 8, failed: 0 });
  });

  it('says of every metric that it has a mean of which way is better', async () => {
    const { metrics, accuracy } = await summaryOf(all);
    expect(metrics?.map(({ id }) => id)).toEqual(Object.keys(accuracy[0].metrics));
    expect(metrics?.find(({ id }) => id === 'mae')).toEqual({
      id: 'mae',
      name: 'Mean absolute error',
      protocol: 'fixed',
      better: 'lower',
      range: [0, 1],
    });
  });

  it('has the signature of its means and of what is pooled', async () => {
    expect((await summaryOf(all)).aggregation).toEqual({
      mean: ['fixed|t:128|empty:one|boundary:0.02|agg:mean|v:1'],
      pooled: ['fixed|t:128|empty:one|boundary:0.02|agg:pooled|v:1'],
    });
  });

  it('is the same whatever order the cells were done in, and whatever was scored twice', async () => {
    const shuffled = [...all].reverse();
    expect((await summaryOf([...shuffled, ...all])).accuracy).toEqual((await summaryOf(all)).accuracy);
  });

  it('marks the datasets that a model was trained on, with the tags that they share', async () => {
    const summary = await summaryOf(all);
    expect(row(summary, 'a', 'd2').leaked).toEqual(['seen']);
    expect(row(summary, 'a', 'd1').leaked).toEqual([]);
    expect(row(summary, 'a', null).leaked).toEqual(['seen']);
    expect(row(summary, 'b', null).leaked).toEqual([]);
  });

  it('counts a failed prediction, a failed score, a file that is no pair and a cell not done, each with its reason', async () => {
    const badScore: ScoreRecord = {
      ...score('b', 'd1', '2', 0),
      status: 'failed',
      failure: failure('sizes differ'),
    };
    const problem: PlanRecord = { kind: 'problem', dataset: 'd2', id: 'x', failure: failure('no mask') };
    const scores = [...all.filter((s) => s.model === 'b' && s.id !== '2'), badScore];
    const predictions = ['1', '2'].map((id) => lost('a', 'd1', id, 'NaN'));
    const summary = await summaryOf(scores, predictions, [...PLAN, problem]);
    expect(summary.cells).toEqual({ planned: 10, scored: 3, failed: 7 });
    expect(
      summary.failures.map(({ model, dataset, id, failure: f }) => [model, dataset, id, f.message]),
    ).toEqual([
      ['a', 'd1', '1', 'NaN'],
      ['a', 'd1', '2', 'NaN'],
      ['b', 'd1', '2', 'sizes differ'],
      ['a', 'd1', '3', 'not processed yet; run again with --resume'],
      ['a', 'd2', '1', 'not processed yet; run again with --resume'],
      ['a', 'd2', 'x', 'no mask'],
      ['b', 'd2', 'x', 'no mask'],
    ]);
    expect(row(summary, 'b', 'd1')).toMatchObject({ scored: 2, failed: 1 });
    expect(row(summary, 'a', 'd1')).toMatchObject({ scored: 0, failed: 3 });
  });

  it('does not hold an earlier failure against a cell that was done later', async () => {
    const { key, model, dataset, id } = lost('a', 'd1', '1', 'killed');
    const phases = { decodeMs: 1, preprocessMs: 1, inferenceMs: 1, postprocessMs: 1 };
    const done: PredictionRecord = {
      key,
      model,
      dataset,
      id,
      status: 'done',
      phases,
      matteSha256: '',
      width: 1,
      height: 1,
    };
    const summary = await summaryOf(all, [lost('a', 'd1', '1', 'killed'), done]);
    expect(summary.cells.failed).toBe(0);
  });

  it('has no figure where there is none, rather than a zero, and no mean of a part of the datasets', async () => {
    const summary = await summaryOf(all.filter(({ dataset }) => dataset === 'd1'));
    expect(row(summary, 'a', 'd2').metrics['iou']).toMatchObject({ mean: null, n: 0, undefined: 0 });
    expect(row(summary, 'a', null).metrics['iou']?.mean).toBeNull();
  });

  it('leaves undefined values out of the mean, and counts them', async () => {
    const scores = all.map((s) =>
      s.id === '2' ? score(s.model, s.dataset, s.id, { undefined: 'empty' }) : s,
    );
    const summary = await summaryOf(scores);
    expect(row(summary, 'b', 'd1').metrics['iou']).toMatchObject({
      mean: (0.9 + 0.4) / 2,
      n: 2,
      undefined: 1,
    });
    expect(row(summary, 'b', 'd1').scored).toBe(3);
  });

  it('does not take scores that were made under other conventions', async () => {
    const others = all.map((s) => ({
      ...s,
      key: scoreKey(`${s.model}-${s.dataset}-${s.id}`, `truth-${s.id}`, ['fixed|t:1']),
    }));
    expect((await summaryOf(others)).cells).toEqual({ planned: 8, scored: 0, failed: 8 });
  });

  it('counts the time of decoding an image once, whatever the number of its predictions', async () => {
    const series = { series: 's', model: 'a' };
    const samples = [0, 1, 2].flatMap((iteration) =>
      [1, 2, 3].map((i): TimingRecord => ({
        kind: 'sample',
        ...series,
        dataset: 'd1',
        id: String(i),
        iteration,
        phases: { decodeMs: 10 * i, preprocessMs: 0, inferenceMs: 100 * i + iteration, postprocessMs: 0 },
      })),
    );
    const once = { loadMs: 1, firstInferenceMs: 1, warmup: 1, threads: 1, peakRssBytes: null };
    const end: TimingRecord = { kind: 'model', ...series, ...once };
    const { timing } = await summaryOf(all, [], PLAN, [...samples, end]);
    const [d1] = timing;
    expect(d1).toMatchObject({ dataset: 'd1', images: 3, n: 9 });
    // The standard deviation of 10, 20 and 30, not of three of each.
    expect(d1.phases.decode).toMatchObject({ mean: 20, sd: 10, p50: 20, min: 10, max: 30 });
    expect(d1.phases.inference.sd).toBeCloseTo(86.6, 1);
  });

  it('names a thousand failed cells and counts the rest', async () => {
    const plan = Array.from({ length: 700 }, (_, i) => planned('d1', String(i)));
    const summary = await summaryOf([], [], plan);
    expect(summary.failures).toHaveLength(1000);
    expect(summary.cells.failed).toBe(1400);
  });
});
