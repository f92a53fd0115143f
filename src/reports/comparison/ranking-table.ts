import type { RankingReport, RankingTable } from '../../schema/ranking.js';
import { tablesDocument, type ReportDocument } from '../document.js';
import { countedUnits, NO_FIGURE, type Table } from '../tables/table.js';
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

type Ranked = RankingTable['ranks'][number];

/** What models are to one another: a column where there is something to say. */
interface Relation {
  readonly label: string;
  of(ranked: Ranked): readonly string[];
  /** What the reader is told where there is a column, and where there is none. */
  readonly legend?: string;
  readonly without?: string;
}

const RELATIONS: readonly Relation[] = [
  {
    label: 'beaten by',
    of: ({ beatenBy }) => beatenBy,
    without: 'No model is shown to be better than another.',
  },
  {
    label: 'like',
    of: ({ alike }) => alike,
    legend: '"like": models of another tier that are not told apart from this one all the same.',
  },
];

function toTable(
  { title, dataset, n, units, ranks, excluded, cautions, better }: RankingTable,
  alpha: number,
  signatures: readonly string[],
): Table {
  const isKnown = ({ of }: Relation): boolean => ranks.some((ranked) => of(ranked).length > 0);
  const relations = RELATIONS.filter(isKnown);
  const explained = RELATIONS.map((one) => (isKnown(one) ? one.legend : one.without));
  return {
    title: `${title} on ${dataset ?? 'all datasets'}`,
    caption: `Models of one tier are not told apart; ${better} is better; ${countedUnits(n, units)} scored by all${dataset === null ? ', every dataset weighing the same' : ''}.`,
    columns: [
      { label: 'Tier', align: 'right' },
      { label: 'Model', align: 'left' },
      { label: 'mean', align: 'right' },
      ...relations.map(({ label }) => ({ label, align: 'left' as const })),
    ],
    rows: ranks.map((ranked) => ({
      kind: 'measured',
      cells: [
        { text: String(ranked.tier), value: ranked.tier },
        { text: ranked.model },
        figureCell(ranked.mean),
        ...relations.map(({ of }) => ({ text: named(of(ranked)) })),
      ],
    })),
    notes: [
      ...(ranks.length < 2 ? [] : explained.filter((text) => text !== undefined)),
      `Every pair by bounds on the difference of means that hold for all scores in the metric's range, Holm over all pairs: the chance of any "beaten by" in this table that is not so is at most ${alpha}, for independent ${units === undefined ? 'images' : 'units'} (docs/statistics.md). Models that are not told apart are not shown to be equal.`,
      ...excluded.map(({ model, reason }) => `${model} is not ranked: ${reason}.`),
      ...cautions,
      `Signature: ${signatures.join('  ')}`,
    ],
  };
}

function named(models: readonly string[]): string {
  if (models.length === 0) return NO_FIGURE.text;
  return models.length > 3
    ? `${models.slice(0, 2).join(', ')} and ${models.length - 2} more`
    : models.join(', ');
}
