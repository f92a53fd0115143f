import { trainingCautions } from '../../schema/leakage.js';
import type { AccuracyRow, Summary } from '../../schema/summary.js';
import { formatScore, intervalIn, LEAK_MARK, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

/** The three measures that the post publishes, by metric id. */
const MEASURES = [
  { id: 'iou', label: 'IoU' },
  { id: 'dice', label: 'Dice' },
  { id: 'pixel_accuracy', label: 'Pixel acc.' },
] as const;

/**
 * Appendix 2 of the post: IoU, Dice and pixel accuracy per model and dataset, the plain mean of the datasets below
 * them, and published figures of the same networks, marked as such.
 */
export function accuracyTable(summary: Summary): Table {
  const titles = new Map(summary.datasets.map(({ name, title }) => [name, title]));
  const several = summary.datasets.length > 1;
  const rows = summary.models.flatMap(({ name }) => {
    const own = summary.accuracy.filter(
      ({ model, dataset }) => model === name && (several || dataset !== null),
    );
    return [...own.map((row) => measuredRow(row, titles)), ...publishedRows(summary, name)];
  });
  const leaked = summary.accuracy.filter((row) => row.dataset !== null && row.leaked.length > 0);
  const published = summary.published.find(({ metric }) => metric !== 'ms');
  return {
    title: 'Appendix 2: measures of model accuracy',
    caption:
      'Mean over images; "mean" is the plain mean of the datasets. n counts images scored of images planned.',
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Dataset', align: 'left' },
      ...MEASURES.map(({ id, label }) => ({
        label,
        align: 'right' as const,
        better: summary.metrics?.find((metric) => metric.id === id)?.better ?? ('higher' as const),
      })),
      { label: 'n', align: 'right' },
    ],
    rows,
    notes: [
      ...leaked.map(
        ({ model, dataset, leaked: tags }) =>
          `${LEAK_MARK} ${model} was trained on pictures of ${titles.get(dataset ?? '')} (${tags.join(', ')}): not held out, not to be ranked.`,
      ),
      ...trainingCautions(summary.models, summary.datasets),
      ...(published === undefined
        ? []
        : [`${PUBLISHED_MARK} published, not measured here: ${published.source}.`]),
      `Signature: ${(summary.aggregation?.mean ?? summary.signatures).join('  ')}`,
      ...(summary.cells.failed === 0
        ? []
        : [
            `${summary.cells.failed} of ${summary.cells.planned} cells failed and are in no mean (summary.json names them).`,
          ]),
    ],
  };
}

const PUBLISHED_MARK = '†';

function measuredRow(row: AccuracyRow, titles: ReadonlyMap<string, string>): Row {
  const mark = row.leaked.length > 0 ? ` ${LEAK_MARK}` : '';
  const figures = MEASURES.map(({ id }): Cell => {
    const { mean = null, interval } = row.metrics[id] ?? {};
    if (mean === null) return NO_FIGURE;
    const contest = row.leaked.length > 0 ? {} : { contest: row.dataset ?? '' };
    return {
      text: `${formatScore(mean)}${mark}`,
      value: mean,
      ...contest,
      ...intervalIn(interval, formatScore),
    };
  });
  const dataset = row.dataset === null ? 'mean' : (titles.get(row.dataset) ?? row.dataset);
  const n = { text: `${row.scored}/${row.scored + row.failed}`, value: row.scored };
  return { kind: 'measured', cells: [{ text: row.model }, { text: dataset }, ...figures, n] };
}

function publishedRows(summary: Summary, beside: string): readonly Row[] {
  const figures = summary.published.filter((figure) => figure.beside === beside && figure.metric !== 'ms');
  return [...new Set(figures.map(({ on }) => on))].map((on): Row => {
    const cells = MEASURES.map(({ id }): Cell => {
      const figure = figures.find((candidate) => candidate.on === on && candidate.metric === id);
      return figure === undefined ? NO_FIGURE : { text: figure.value.toFixed(2), value: figure.value };
    });
    const model = figures[0]?.model ?? beside;
    return {
      kind: 'published',
      cells: [{ text: `${model} ${PUBLISHED_MARK}` }, { text: on }, ...cells, NO_FIGURE],
    };
  });
}
