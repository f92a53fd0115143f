import type { VNode } from 'preact';
import type { Summary } from '../../../schema/summary.js';
import { curves } from '../../plots/curves.js';
import { formatScore, type Table } from '../../tables/table.js';
import { DataTable } from '../parts/data-table.js';
import { plotGroup } from '../parts/plot-figure.js';
import type { Section } from '../section.js';

/** What the threshold in use costs against the best one. */
export const thresholds: Section = {
  id: 'thresholds',
  title: 'Thresholds',
  isFolded: true,
  render(input) {
    const plots = plotGroup(curves, input);
    const tables = input.runs.flatMap(({ summary }): readonly VNode[] =>
      (summary.thresholds ?? []).length === 0 ? [] : [<DataTable table={thresholdTable(summary)} />],
    );
    return plots === null && tables.length === 0 ? null : (
      <>
        {plots}
        {tables}
      </>
    );
  },
};

function thresholdTable({ thresholds: rows = [], datasets }: Summary): Table {
  return {
    title: 'The threshold in use and the best one',
    caption:
      'Mean IoU at both, and what the one in use costs. The best was chosen on these very images: an upper bound.',
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Dataset', align: 'left' },
      ...['in use', 'IoU', 'best', 'IoU', 'cost'].map((label) => ({ label, align: 'right' as const })),
    ],
    rows: rows.map(({ model, dataset, used, best, cost }) => ({
      kind: 'measured',
      cells: [
        { text: model },
        { text: datasets.find(({ name }) => name === dataset)?.title ?? dataset },
        { text: String(used.threshold), value: used.threshold },
        { text: formatScore(used.iou), value: used.iou },
        { text: String(best.threshold), value: best.threshold },
        { text: formatScore(best.iou), value: best.iou },
        { text: formatScore(cost), value: cost },
      ],
    })),
    notes: [],
  };
}
