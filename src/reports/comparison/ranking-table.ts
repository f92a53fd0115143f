import type { RankingReport, RankingTable } from '../../schema/ranking.js';
import { tablesDocument, type ReportDocument } from '../document.js';
import { countedUnits, type Table } from '../tables/table.js';
import { figureCell } from './figures.js';

/** A ranking: a table for each metric and dataset. */
export function rankingDocument(report: RankingReport): ReportDocument {
  const { tables, alpha, signatures } = report;
  const content = {
    tables: tables.map((one) => toTable(one, alpha, signatures)),
    figures: {
      columns: ['metric', 'dataset', 'tier', 'model', 'mean', 'n'],
      rows: tables.flatMap(({ metric, dataset, ranks, n }) =>
        ranks.map(({ tier, model, mean }) => [metric, dataset ?? '', tier, model, mean, n]),
      ),
    },
    data: report,
  };
  return tablesDocument(content, report.evidence);
}

function toTable(
  { title, dataset, n, units, ranks, excluded, cautions, better }: RankingTable,
  alpha: number,
  signatures: readonly string[],
): Table {
  return {
    title: `${title} on ${dataset ?? 'all datasets'}`,
    caption: `Models of one tier are not told apart; ${better} is better; ${countedUnits(n, units)} scored by all${dataset === null ? ', every dataset weighing the same' : ''}.`,
    columns: [
      { label: 'Tier', align: 'right' },
      { label: 'Model', align: 'left' },
      { label: 'mean', align: 'right' },
      { label: 'beaten by', align: 'left' },
      { label: 'like', align: 'left' },
    ],
    rows: ranks.map(({ tier, model, mean, beatenBy, alike }) => ({
      kind: 'measured',
      cells: [
        { text: String(tier), value: tier },
        { text: model },
        figureCell(mean),
        { text: named(beatenBy) },
        { text: named(alike) },
      ],
    })),
    notes: [
      `Every pair by bounds on the difference of means that hold for all scores in the metric's range, Holm over all pairs: the chance of any "beaten by" in this table that is not so is at most ${alpha}, for independent ${units === undefined ? 'images' : 'units'} (docs/statistics.md). Models that are not told apart are not shown to be equal.`,
      ...excluded.map(({ model, reason }) => `${model} is not ranked: ${reason}.`),
      ...cautions,
      `Signature: ${signatures.join('  ')}`,
    ],
  };
}

function named(models: readonly string[]): string {
  return models.length > 3
    ? `${models.slice(0, 2).join(', ')} and ${models.length - 2} more`
    : models.join(', ');
}
