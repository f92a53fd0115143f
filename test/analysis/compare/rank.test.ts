import { describe, expect, it } from 'vitest';
import { rankRun } from '../../../src/analysis/compare/rank.js';
import { rankingDocument } from '../../../src/reports/comparison/ranking-table.js';
import { csv } from '../../../src/reports/formats/csv.js';
import { terminal } from '../../../src/reports/formats/terminal.js';
import { paperSide, type PaperSide } from '../../support/paper-sides.js';

const IMAGES = 40;
const column = (mean: number): readonly number[] =>
  Array.from({ length: IMAGES }, (_, i) => mean + ((i % 5) - 2) / 100);

/** Three models on two sets; `seen` was trained on the second one. */
const PAPER: PaperSide = {
  datasets: [
    {
      name: 'fresh',
      tags: ['fresh'],
      models: { good: { iou: column(0.8) }, poor: { iou: column(0.5) }, seen: { iou: column(0.7) } },
    },
    {
      name: 'old',
      tags: ['old-tr', 'old-te'],
      models: { good: { iou: column(0.8) }, poor: { iou: column(0.5) }, seen: { iou: column(0.95) } },
    },
  ],
  specs: { seen: { trainedOn: ['old-te'] }, good: { trainedOn: [], selectedOn: ['old-te'] }, poor: {} },
};

describe('the ranking of a run', () => {
  it('has a model that was trained on a set in no table with that set, and says why', async () => {
    const { tables } = await rankRun(paperSide('run', PAPER));
    expect(tables.map(({ dataset, ranks }) => [dataset, ranks.map(({ model }) => model)])).toEqual([
      ['fresh', ['good', 'seen', 'poor']],
      ['old', ['good', 'poor']],
      [null, ['good', 'poor']],
    ]);
    expect(tables.map(({ excluded }) => excluded)).toEqual([
      [],
      [{ model: 'seen', reason: 'trained on pictures of old' }],
      [{ model: 'seen', reason: 'trained on pictures of old' }],
    ]);
  });

  it('says which of the ranked were chosen there, and of which nothing is known', async () => {
    const report = await rankRun(paperSide('run', PAPER));
    expect(report.tables.map(({ cautions }) => cautions)).toEqual([
      [expect.stringMatching(/^Training data unknown for poor;/)],
      [
        expect.stringMatching(/^good was selected .* on old:/),
        expect.stringMatching(/^Training data unknown for poor;/),
      ],
      [expect.stringMatching(/^good was selected/), expect.stringMatching(/^Training data unknown/)],
    ]);
    const document = rankingDocument(report);
    expect(csv.render(document).split('\r\n').slice(0, 2)).toEqual([
      'metric,dataset,tier,model,mean,n',
      expect.stringMatching(/^iou,fresh,1,good,0\.8\d*,40$/),
    ]);
    expect(terminal.render(document).replaceAll(/\s+/g, ' ')).toMatch(
      /seen is not ranked: trained on pictures of old\. good was selected among its checkpoints/,
    );
  });

  it('has a column of what models are to one another only where there is something in it, and says so otherwise', async () => {
    const labels = async (
      scores: Readonly<Record<string, number>>,
      images = 400,
    ): Promise<readonly unknown[]> => {
      const models = Object.fromEntries(
        Object.entries(scores).map(([name, mean]) => [
          name,
          { iou: Array.from({ length: images }, () => mean) },
        ]),
      );
      const [dataset] = PAPER.datasets;
      const side = paperSide('run', { datasets: [{ ...dataset, name: 'one', tags: [], models }], specs: {} });
      const [table] = rankingDocument(await rankRun(side)).tables;
      return [table?.columns.slice(3).map(({ label }) => label), table?.notes[0]];
    };
    expect(await labels({ a: 0.9, b: 0.1 })).toEqual([['beaten by'], expect.stringMatching(/^Every pair/)]);
    expect(await labels({ a: 0.9, b: 0.9 })).toEqual([[], 'No model is shown to be better than another.']);
    expect(await labels({ a: 0.9 })).toEqual([[], expect.stringMatching(/^Every pair/)]);
    expect(await labels({ a: 0.95, b: 0.5, c: 0.05 }, 12)).toEqual([
      ['beaten by', 'like'],
      expect.stringMatching(/^"like": models of another tier/),
    ]);
  });

  it('leaves a model with failed cells out, and refuses a metric that was not scored', async () => {
    const [fresh] = PAPER.datasets;
    if (fresh === undefined) throw new Error('no dataset');
    const side = paperSide('run', { ...PAPER, datasets: [{ ...fresh, failed: { poor: ['0003'] } }] });
    const { tables } = await rankRun(side);
    expect(tables[0]?.excluded).toEqual([{ model: 'poor', reason: '1 failed cell' }]);
    await expect(rankRun(side, { metrics: ['sod.mae'] })).rejects.toThrow(
      /the run has no scores of "sod.mae"/,
    );
  });
});
