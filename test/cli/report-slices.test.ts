import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/schema/summary.js';
import type { ScoreRecord, TruthRecord } from '../../src/store/records.js';
import { cli, IS_BUILT, type CliResult } from '../support/cli.js';
import { makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

describe.skipIf(!IS_BUILT)('a scored run', () => {
  let workspace: Workspace;
  const run = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);
  beforeAll(async () => {
    workspace = await makeWorkspace({ samples: 4, extra: 'scoring: { protocols: [fixed, sod] }\n' });
    const predicted = await run('run', 'run.yaml', '--out', 'out', '--only', 'predict');
    expect(predicted.status).toBe(0);
    const scored = await run('run', 'run.yaml', '--out', 'out', '--only', 'score');
    expect(scored.status).toBe(0);
  });
  afterAll(() => workspace.remove());

  it('has its ground truths measured, a line each, with what the layout says', async () => {
    const truths = await readRecords<TruthRecord>(workspace.path('out', 'truths.jsonl'));
    expect(truths.map(({ id }) => id).toSorted()).toEqual(['000', '001', '002', '003']);
    for (const truth of truths) {
      expect(truth).toMatchObject({
        dataset: 'tiny',
        truthSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        layout: {},
        status: 'done',
        attributes: { width: 72, height: 56, components: 1, contours: 1 },
      });
    }
  });

  it('keeps of every cell the counts to pool, and those to draw curves from', async () => {
    const scores = await readRecords<ScoreRecord>(workspace.path('out', 'scores.jsonl'));
    expect(scores).toHaveLength(4);
    for (const score of scores) {
      if (score.status !== 'done' || score.counts === undefined) throw new Error('no counts');
      const { tp, fp, fn, tn } = score.counts;
      expect(tp + fp + fn + tn).toBe(72 * 56);
      expect(score.histogram).toBeTypeOf('string');
    }
  });

  it('has means with intervals, pooled scores, the best threshold and flips in its summary', async () => {
    const summary = JSON.parse(await readFile(workspace.path('out', 'summary.json'), 'utf8')) as Summary;
    const [row, overall] = summary.accuracy;
    const { mean, interval, pooled, pooledInterval } = row.metrics['iou'];
    for (const ends of [interval, pooledInterval, overall.metrics['iou'].interval]) {
      if (ends === undefined || 'undefined' in ends) throw new Error('no interval');
      expect(ends[0]).toBeLessThanOrEqual(mean ?? 0);
      expect(ends[1]).toBeGreaterThanOrEqual(mean ?? 0);
    }
    expect(pooled).toBeTypeOf('number');
    expect(row.metrics['sod.s']).not.toHaveProperty('pooled');
    expect(summary.intervals).toMatchObject({ level: 0.95, resamples: 2000, seed: 0 });
    const [threshold] = summary.thresholds ?? [];
    expect(threshold).toMatchObject({ model: 'luma', dataset: 'tiny', images: 4, used: { threshold: 128 } });
    expect(threshold.used.iou).toBeCloseTo(mean ?? 0, 9);
    expect(threshold.cost).toBeGreaterThanOrEqual(0);
    expect(summary.flips).toMatchObject({ verdictIou: 0.5, count: summary.flips?.images.length });
  });

  it('has its curves in curves.json, of both protocols, 256 points each', async () => {
    const file = JSON.parse(await readFile(workspace.path('out', 'curves.json'), 'utf8')) as {
      readonly curves: readonly { readonly protocol: string; readonly curves: Record<string, unknown[]> }[];
    };
    expect(file.curves.map(({ protocol, curves }) => [protocol, Object.keys(curves)])).toEqual([
      ['fixed', ['precision', 'recall', 'f', 'iou']],
      ['sod', ['precision', 'recall', 'f', 'iou', 'e']],
    ]);
    for (const { curves } of file.curves)
      for (const points of Object.values(curves)) expect(points).toHaveLength(256);
  });

  it('measures and scores nothing again when it is scored again', async () => {
    const before = await readFile(workspace.path('out', 'truths.jsonl'), 'utf8');
    expect((await run('run', 'run.yaml', '--out', 'out', '--only', 'score')).status).toBe(0);
    expect(await readFile(workspace.path('out', 'truths.jsonl'), 'utf8')).toBe(before);
    expect(await readRecords(workspace.path('out', 'scores.jsonl'))).toHaveLength(4);
  });

  it('is reported by an attribute, within 80 columns', async () => {
    const { status, out } = await run('report', 'out', '--by', 'foreground-share');
    expect(status).toBe(0);
    expect(out).toMatch(/^iou by foregroundShare, tiny$/m);
    expect(out).toMatch(/luma .* 1\* /);
    expect(out).toContain('fewer than 30 images: for information only');
    expect(out).toContain('Signature: fixed|t:128|empty:one|boundary:0.02|agg:mean|v:1');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('is reported by an attribute as Markdown, CSV and JSON, of any metric', async () => {
    const argv = ['report', 'out', '--by', 'components', '--metric', 'sod.s'];
    expect((await run(...argv, '--format', 'markdown')).out).toMatch(/^\| 1 \| luma \| 4\\\* \|/m);
    const csv = (await run(...argv, '--format', 'csv')).out.split('\r\n');
    expect(csv[0]).toMatch(/^dataset,attribute,slice,model,metric,n,/);
    expect(csv[1]).toMatch(/^tiny,components,1,luma,sod\.s,4,0,0\.\d+,.*,yes,no,sod\|/);
    const rows = JSON.parse((await run(...argv, '--format', 'json')).out) as unknown;
    expect(rows).toMatchObject({ metric: 'sod.s', rows: [{ slice: '1', n: 4, informationOnly: true }] });
  });

  it.each([
    { argv: ['--by', 'ipk'], status: 64, says: 'no attribute "ipk"; did you mean "ipq"?' },
    { argv: ['--by', 'ipq', '--metric', 'matting.sad'], status: 64, says: 'has no metric "matting.sad"' },
    { argv: ['--by', 'ipq', '--format', 'html'], status: 64, says: 'there are no slices as html' },
  ])('answers $argv with one line', async ({ argv, status, says }) => {
    const refused = await run('report', 'out', ...argv);
    expect(refused.status).toBe(status);
    expect(refused.err).toContain(says);
    expect(refused.err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is not there for one that was never scored', async () => {
    const { status, err } = await run('report', 'nowhere', '--by', 'ipq');
    expect(status).toBe(65);
    expect(err).toContain('no such run folder');
  });

  it('has one phase alone or several left out, not both', async () => {
    const { status, err } = await run('run', 'run.yaml', '--only', 'score', '--no-time');
    expect(status).toBe(64);
    expect(err).toContain('--only');
  });
});

describe.skipIf(!IS_BUILT)('maskbench datasets stats', () => {
  it('prints the attributes of the ground truths beside sizes and shares', async () => {
    const workspace = await makeWorkspace({ samples: 2 });
    const text = await cli(['datasets', 'stats', './tiny.yaml'], workspace.folder);
    expect(text.status).toBe(0);
    expect(text.out).toMatch(/^components +1 +1 +1 +1 +1 +1$/m);
    expect(text.out).toMatch(/^IPQ +\d/m);
    expect(text.out).toMatch(/^dominant points +4 /m);
    const json = await cli(['datasets', 'stats', './tiny.yaml', '--json'], workspace.folder);
    expect(JSON.parse(json.out)).toMatchObject({ samples: 2, attributes: { components: { median: 1 } } });
    await workspace.remove();
  });
});
