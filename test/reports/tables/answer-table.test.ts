import { describe, expect, it } from 'vitest';
import { answerTable } from '../../../src/reports/tables/answer-table.js';
import { warningsOf } from '../../../src/reports/page/warnings.js';
import { answerTables, tablesOf } from '../../../src/reports/tables/tables-of.js';
import type { RankingReport } from '../../../src/schema/ranking.js';
import type { Summary } from '../../../src/schema/summary.js';
import { SUMMARY } from '../fixed-summary.js';

const RANKING: RankingReport = {
  run: 'r',
  name: 'r',
  signatures: [],
  alpha: 0.05,
  tables: [
    {
      metric: 'iou',
      title: 'IoU',
      better: 'higher',
      dataset: null,
      n: 16,
      ranks: [{ model: 'isnet-fp16', mean: 0.877, tier: 1, beatenBy: [], alike: [] }],
      excluded: [
        { model: 'birefnet-general-lite', reason: 'trained on humans' },
        { model: 'broken', reason: '16 of 16 cells failed' },
      ],
      cautions: [],
    },
  ],
};

const textsOf = (summary: Summary, ranking?: RankingReport): Record<string, string>[] => {
  const table = answerTable(summary, ranking);
  return (table?.rows ?? []).map(({ cells }) =>
    Object.fromEntries(cells.map(({ text }, i) => [table?.columns[i]?.label ?? '', text])),
  );
};

describe('the answer', () => {
  it('has a row per model: the ranked first, in the order of their means, with what a choice depends on', () => {
    const [first, leaked, broken] = textsOf(SUMMARY, RANKING);
    expect(first).toMatchObject({ Model: 'isnet-fp16', tier: '1', IoU: '0.877', ms: '1891 *' });
    expect(leaked).toMatchObject({ Model: 'birefnet-general-lite ‡', tier: '-', IoU: '0.940' });
    expect(broken).toMatchObject({ Model: 'broken', tier: '-', IoU: '-', ms: '-', '/s': '-' });
    expect(answerTable(SUMMARY, RANKING)?.notes).toContain('broken is in no tier: 16 of 16 cells failed.');
  });

  it('marks an interval that is rough, and says why', () => {
    const accuracy = SUMMARY.accuracy.map((row) => ({
      ...row,
      metrics: Object.fromEntries(
        Object.entries(row.metrics).map(([id, of]) => [
          id,
          { ...of, interval: [0.8, 0.9] as const, caution: 'few-values' as const },
        ]),
      ),
    }));
    const rough = { ...SUMMARY, accuracy } as Summary;
    expect(textsOf(rough, RANKING)[0]?.['95\u00a0%']).toBe('0.800-0.900~');
    expect(answerTable(rough, RANKING)?.notes[0]).toMatch(/^~ rough interval/);
  });

  it('shows the memory of one kind for all models: of the card, or of the process', () => {
    const gpu = { name: 'a card', uuid: null, memoryBytes: null, driver: null };
    const untold = textsOf({ ...SUMMARY, device: { ...SUMMARY.device, gpu } });
    expect(untold[0]?.['memory MB']).toBe('-');
    expect(textsOf(SUMMARY)[0]?.['memory MB']).toBe('1034');
  });

  it('says what a thousand images cost where the config has a price, also of one run', () => {
    const device = { ...SUMMARY.device, price: { perHour: 0.9, currency: 'EUR' } };
    const [row] = textsOf({ ...SUMMARY, device });
    // 1.891 s an image, 0.9 EUR an hour of 3,600 s.
    expect(Number(row?.['EUR /1,000'])).toBeCloseTo((1000 * 1.891 * 0.9) / 3600, 3);
    expect(textsOf(SUMMARY)[0]).not.toHaveProperty('EUR /1,000');
  });

  it('is that of the only data set where there is one, and none where nothing was scored or timed', () => {
    const [dataset] = SUMMARY.datasets;
    if (dataset === undefined) throw new Error('a data set');
    expect(textsOf({ ...SUMMARY, datasets: [dataset] })[0]).toMatchObject({ IoU: '0.941' });
    const nothing = { ...SUMMARY, cells: { planned: 3, scored: 0, failed: 3 }, timing: [] };
    expect(answerTable(nothing)).toBeNull();
  });

  it('notes that there are few images, in the words of the page', () => {
    const few =
      'Humans (samples) has 8 images and DIS5K (samples) has 8 images: too few to draw conclusions from.';
    expect(tablesOf([SUMMARY])[0]?.notes).toContain(`Few images: ${few}`);
    expect(warningsOf({ summary: SUMMARY })).toContainEqual({ kind: 'few', text: few });
    const many = { ...SUMMARY, datasets: SUMMARY.datasets.map((one) => ({ ...one, samples: 30 })) };
    expect(tablesOf([many])[0]?.notes.join()).not.toContain('Few images');
    const [first] = many.datasets;
    if (first === undefined) throw new Error('a data set');
    const inUnits: Summary = {
      ...many,
      datasets: [first],
      accuracy: many.accuracy.map((row) => ({
        ...row,
        metrics: Object.fromEntries(
          Object.entries(row.metrics).map(([id, mean]) => [id, { ...mean, n: 30, units: 6 }]),
        ),
      })),
    };
    const [answer, ...others] = tablesOf([inUnits]);
    expect(answer?.notes).toContain(
      'Few images: Humans (samples) has 6 units of 30 images: too few to draw conclusions from.',
    );
    expect(answer?.caption).toContain('mean over the 6 units of 30 images');
    expect(others.map(({ caption }) => caption).join()).toContain('Mean over images, or units (below)');
  });

  it('of several devices has once what is the same on all, and the rest per device', () => {
    const twice = SUMMARY.timing.map((row) => ({
      ...row,
      phases: { ...row.phases, predict: { ...row.phases.predict, mean: 2 * row.phases.predict.mean } },
    }));
    const [table, ...others] = answerTables([SUMMARY, { ...SUMMARY, name: 'slower', timing: twice }]);
    expect(others).toEqual([]);
    expect(table?.columns.filter(({ label }) => label === 'IoU')).toHaveLength(1);
    expect(table?.columns.filter(({ label }) => label === 'ms').map(({ group }) => group)).toHaveLength(2);
    expect(table?.rows[0]?.cells.filter(({ text }) => ['1891 *', '3782 *'].includes(text))).toHaveLength(2);
  });
});

describe('published figures', () => {
  const titles = (summary: Summary): readonly string[] => tablesOf([summary]).map(({ title }) => title);
  const other = { ...SUMMARY, datasets: SUMMARY.datasets.map((one) => ({ ...one, name: `my-${one.name}` })) };

  it('stand beside what was measured on the same data sets, with the difference', () => {
    const table = tablesOf([SUMMARY]).find(({ title }) => title === 'Published figures');
    expect(table?.rows.map(({ cells }) => cells.slice(2).map(({ text }) => text))).toEqual([
      ['iou', '0.82', '0.877', '+0.057'],
      ['ms', '351', '1891 *', '+1540'],
    ]);
  });

  it('do not stand beside other pictures, whose tables are no appendices of the post either', () => {
    expect(titles(SUMMARY).filter((title) => title.startsWith('Appendix'))).toHaveLength(2);
    expect(titles(other)).not.toContain('Published figures');
    expect(titles(other).filter((title) => title.startsWith('Appendix'))).toEqual([]);
  });
});
