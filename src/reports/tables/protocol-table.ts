import { unknownName } from '../../core/names.js';
import { trainingCautions } from '../../schema/leakage.js';
import { mixedText } from '../../schema/mixed-machines.js';
import type { ProtocolTable } from '../../schema/protocol-summary.js';
import type { AccuracyRow, Summary } from '../../schema/summary.js';
import { unitsByDataset } from './notes-on-images.js';
import { appendixTitle } from './published-table.js';
import { countedUnits, intervalIn, LEAK_MARK, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

type Column = ProtocolTable['columns'][number];

/**
 * A table for each protocol that a run was scored by: its columns per model and dataset, and the plain mean of the datasets
 * below them. The first of them also says what
 * holds for all: how many images, what is not held out, signatures, and failures.
 *
 * @param columns ids of metrics: one table of exactly these instead
 * @throws MaskbenchError `config.unknown-name` for a metric that the run was not scored by.
 */
export function protocolTables(summary: Summary, columns?: readonly string[]): readonly Table[] {
  const tables = columns === undefined ? tablesOfProtocols(summary) : [chosenTable(summary, columns)];
  return tables.map((table, i) => toTable(summary, table, i === 0));
}

/** Summaries that do not say how they are shown, as none of 0.1 does by itself, have a column for every metric. */
function tablesOfProtocols(summary: Summary): readonly ProtocolTable[] {
  const { protocols = [] } = summary;
  if (protocols.length > 0) return protocols.map(({ table }) => table);
  const name = (id: string): string => summary.metrics?.find((metric) => metric.id === id)?.name ?? id;
  const columns = idsOf(summary).map((id) => ({ ...columnOf(summary, id), label: name(id) }));
  return [{ title: 'Accuracy', caption: '', columns }];
}

function chosenTable(summary: Summary, ids: readonly string[]): ProtocolTable {
  const known = idsOf(summary);
  for (const id of ids) {
    if (!known.includes(id))
      throw unknownName('the run has no metric', id, known, {
        where: summary.name,
        otherwise: `it has ${known.join(', ')}`,
      });
  }
  const caption = 'Columns are the requested metrics by id, unscaled.';
  return { title: 'Accuracy', caption, columns: ids.map((id) => columnOf(summary, id)) };
}

/** Of all metrics that the run was scored by. */
function idsOf({ metrics, accuracy }: Summary): readonly string[] {
  return (
    metrics?.map(({ id }) => id) ?? [...new Set(accuracy.flatMap(({ metrics: means }) => Object.keys(means)))]
  );
}

/** A column without scale, of as many digits as tell as much as the protocol's own table does. */
function columnOf({ protocols = [], metrics = [] }: Summary, metric: string): Column {
  const own = protocols.flatMap(({ table }) => table.columns).find((column) => column.metric === metric);
  const bounded = metrics.find(({ id }) => id === metric)?.range.includes(null) !== true;
  const digits = own === undefined ? (bounded ? 3 : 2) : own.digits + Math.log10(own.scale ?? 1);
  return { metric, label: metric, digits: Math.round(digits) };
}

function generalCaption(summary: Summary): string {
  const over = unitsByDataset(summary).size === 0 ? 'images' : 'images, or units (below)';
  return `Mean over ${over}; "mean" is the plain mean of the datasets. n counts images scored of images planned.`;
}

function toTable(summary: Summary, { title, caption, columns }: ProtocolTable, isFirst: boolean): Table {
  const { datasets, metrics = [] } = summary;
  const titles = new Map(datasets.map(({ name, title: own }) => [name, own]));
  const rows = summary.models.flatMap(({ name }) => {
    const own = summary.accuracy.filter(
      ({ model, dataset }) => model === name && (datasets.length > 1 || dataset !== null),
    );
    return own.map((row) => measuredRow(row, columns, titles, isFirst));
  });
  return {
    title: isFirst ? appendixTitle(2, title, [summary]) : title,
    caption: [...(isFirst ? [generalCaption(summary)] : []), caption].filter((part) => part !== '').join(' '),
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Dataset', align: 'left' },
      ...columns.map(({ metric, group, label }) => ({
        ...(group === undefined ? {} : { group }),
        label,
        align: 'right' as const,
        better: metrics.find(({ id }) => id === metric)?.better ?? ('higher' as const),
      })),
      ...(isFirst ? [{ label: 'n', align: 'right' as const }] : []),
    ],
    rows,
    notes: isFirst ? notesOf(summary, titles) : leakNotes(summary),
  };
}

function formatOf({ scale = 1, digits }: Column): (mean: number) => string {
  return (mean) => (scale * mean).toFixed(digits);
}

/** Later tables may be wide: there the mark of a leak stands once per row. */
function measuredRow(
  row: AccuracyRow,
  columns: readonly Column[],
  titles: ReadonlyMap<string, string>,
  isFirst: boolean,
): Row {
  const mark = row.leaked.length > 0 ? ` ${LEAK_MARK}` : '';
  const figures = columns.map((column): Cell => {
    const { mean = null, interval, caution } = row.metrics[column.metric] ?? {};
    if (mean === null) return NO_FIGURE;
    const format = formatOf(column);
    return {
      text: `${format(mean)}${isFirst ? mark : ''}`,
      value: mean,
      ...(row.leaked.length > 0 ? {} : { contest: row.dataset ?? '' }),
      ...intervalIn(interval, format, caution),
    };
  });
  const dataset = row.dataset === null ? 'mean' : (titles.get(row.dataset) ?? row.dataset);
  const n = { text: `${row.scored}/${row.scored + row.failed}`, value: row.scored };
  const name = [{ text: row.model }, { text: `${dataset}${isFirst ? '' : mark}` }];
  return { kind: 'measured', cells: [...name, ...figures, ...(isFirst ? [n] : [])] };
}

/** What holds for the whole run. */
function notesOf(summary: Summary, titles: ReadonlyMap<string, string>): readonly string[] {
  const { accuracy, models, datasets, cells, failures, aggregation, signatures } = summary;
  const leaked = accuracy.filter((row) => row.dataset !== null && row.leaked.length > 0);
  return [
    ...leaked.map(
      ({ model, dataset, leaked: tags }) =>
        `${LEAK_MARK} ${model} was trained on pictures of ${titles.get(dataset ?? '')} (${tags.join(', ')}): not held out, not ranked.`,
    ),
    ...(summary.mixed ?? []).map((one) => `Put together from machines that differ: ${mixedText(one)}.`),
    ...(summary.warnings ?? []).map(({ model, message }) => `${model}: ${message}.`),
    ...trainingCautions(models, datasets),
    ...unitNotes(summary, titles),
    `Signature: ${(aggregation?.mean ?? signatures).join('  ')}`,
    ...(cells.failed === 0
      ? []
      : failures.every(({ failure }) => failure.code === 'cancelled')
        ? [`${cells.failed} of ${cells.planned} cells are not scored yet.`]
        : [
            `${cells.failed} of ${cells.planned} cells failed and are left out of all means (summary.json names them).`,
          ]),
  ];
}

/** Of which datasets means and intervals count units, in place of images. */
function unitNotes(summary: Summary, titles: ReadonlyMap<string, string>): readonly string[] {
  const each = [...unitsByDataset(summary)].map(
    ([dataset, { n, units }]) => `${titles.get(dataset) ?? dataset}: ${countedUnits(n, units)}`,
  );
  return each.length === 0
    ? []
    : [`Means and intervals count independent units, each by the mean of its images: ${each.join('; ')}.`];
}

function leakNotes({ accuracy }: Summary): readonly string[] {
  return accuracy.some(({ leaked }) => leaked.length > 0)
    ? [`${LEAK_MARK} trained on pictures of the dataset: not held out, not ranked.`]
    : [];
}
