import { describe, expect, it } from 'vitest';
import type { PageRun } from '../../../src/schema/page-input.js';
import type { Rank } from '../../../src/schema/ranking.js';
import { listed } from '../../../src/core/text.js';
import { verdictLine } from '../../../src/reports/page/verdict-line.js';
import { warningsOf } from '../../../src/reports/page/warnings.js';
import { SUMMARY } from '../fixed-summary.js';

const rank = (model: string, tier: number, mean: number): Rank => ({
  model,
  tier,
  mean,
  beatenBy: [],
  alike: [],
});

function runWith(
  ranks: readonly Rank[],
  excluded: readonly { model: string; reason: string }[] = [],
): PageRun {
  const table = {
    metric: 'iou',
    title: 'IoU',
    better: 'higher',
    dataset: null,
    n: 16,
    ranks,
    excluded,
    cautions: [],
  } as const;
  return { summary: SUMMARY, ranking: { run: 'r', name: 'r', signatures: [], alpha: 0.05, tables: [table] } };
}

describe('the verdict line', () => {
  it('says on what and for what', () => {
    expect(verdictLine({ summary: SUMMARY }).scope).toBe(
      'On cpu, 2 threads (AMD EPYC 9V74 80-Core Processor), for Humans (samples) and DIS5K (samples)',
    );
  });

  it('names no device for masks that were made elsewhere', () => {
    const models = SUMMARY.models.map((model) => ({ ...model, bytes: 0 }));
    const { scope } = verdictLine({ summary: { ...SUMMARY, models } });
    expect(scope).toBe('For Humans (samples) and DIS5K (samples)');
  });

  const beaten = { beatenBy: ['a'] };

  it('names the winner', () => {
    expect(verdictLine(runWith([rank('a', 1, 0.91), { ...rank('b', 2, 0.8), ...beaten }])).best).toBe(
      'a is the best by IoU (0.910 over 16 images)',
    );
  });

  it('names no best one among those that are not told apart', () => {
    const ranks = [rank('a', 1, 0.91), rank('b', 1, 0.9), { ...rank('c', 2, 0.5), ...beaten }];
    expect(verdictLine(runWith(ranks)).best).toBe(
      'a has the highest mean by IoU (0.910 over 16 images), not shown to differ from b',
    );
  });

  it('calls no model the best that stood alone', () => {
    expect(verdictLine(runWith([rank('a', 1, 0.91)])).best).toContain('is the only model that can be ranked');
    expect(verdictLine(runWith([])).best).toBe('no model can be ranked');
  });

  it('names the fastest, and that its time is not sealed', () => {
    expect(verdictLine({ summary: SUMMARY }).fastest).toBe(
      'isnet-fp16 is the fastest: 1891 ms per prediction, not sealed; birefnet-general-lite comes next with 9231 ms',
    );
    expect(verdictLine({ summary: { ...SUMMARY, timing: [] } }).fastest).toBeNull();
  });

  it('calls no model the fastest that was timed alone', () => {
    const timing = SUMMARY.timing.filter(({ model }) => model === 'isnet-fp16');
    expect(verdictLine({ summary: { ...SUMMARY, timing } }).fastest).toBe(
      'a prediction of isnet-fp16 takes 1891 ms, not sealed',
    );
  });

  it('lists many names by the first three', () => {
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listed(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c and 3 more');
  });
});

describe('the warnings of page one', () => {
  it('name failed cells, leaked models, unsealed times and small datasets', () => {
    const texts = warningsOf({ summary: SUMMARY }).map(({ kind, text }) => `${kind}: ${text}`);
    expect(texts).toEqual([
      expect.stringMatching(/^failed: 16 of 48 cells failed/),
      expect.stringMatching(/^leaked: birefnet-general-lite was trained on pictures of Humans \(samples\)/),
      expect.stringMatching(/^unsealed: No time is sealed/),
      expect.stringMatching(/^few: Humans \(samples\) has 8 images and DIS5K \(samples\) has 8 images/),
    ]);
  });

  it('say why a model is not ranked, once', () => {
    const run = runWith(
      [rank('a', 1, 0.9)],
      [
        { model: 'broken', reason: '16 failed cells' },
        { model: 'birefnet-general-lite', reason: 'trained on pictures of humans' },
      ],
    );
    const unranked = warningsOf(run).filter(({ kind }) => kind === 'unranked');
    expect(unranked.map(({ text }) => text)).toEqual(['broken is not ranked: 16 failed cells.']);
  });

  it('repeat what is to be known of models that are ranked all the same', () => {
    const run = runWith([rank('a', 1, 0.9)]);
    const [table] = run.ranking?.tables ?? [];
    if (run.ranking === undefined || table === undefined) throw new Error('no ranking');
    const tables = [{ ...table, cautions: ['nobody says what a was trained on'] }];
    const texts = warningsOf({ ...run, ranking: { ...run.ranking, tables } }).map(
      ({ kind, text }) => `${kind}: ${text}`,
    );
    expect(texts).toContain('caution: nobody says what a was trained on');
  });

  it('are none for a sealed run on enough held-out images without failures', () => {
    const summary = {
      ...SUMMARY,
      cells: { planned: 48, scored: 48, failed: 0 },
      accuracy: SUMMARY.accuracy.map((row) => ({ ...row, leaked: [] })),
      timing: SUMMARY.timing.map((row) => ({ ...row, seal: { kind: 'sealed' as const } })),
      datasets: SUMMARY.datasets.map((dataset) => ({ ...dataset, samples: 500 })),
    };
    expect(warningsOf({ summary })).toEqual([]);
  });
});
