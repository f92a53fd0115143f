import { roughMark, roughNote } from '../schema/caution.js';
import type { Evidence } from '../schema/evidence.js';
import { INTERVALS } from '../scoring/aggregate/intervals.js';
import type { SlicedScores, SliceRow } from '../analysis/slices/slice-scores.js';
import { FEWEST_IMAGES } from '../analysis/slices/slicing.js';
import { tablesDocument, type ReportDocument } from '../reports/document.js';
import type { Figures } from '../reports/tables/figures.js';
import { LEAK_MARK, NO_FIGURE, type Cell, type Row, type Table } from '../reports/tables/table.js';
import { formatFigure } from './score/table.js';

/** A run's scores by an attribute of its samples, as `report --by` shows them. */
export function slicesDocument(scores: SlicedScores, evidence: Evidence): ReportDocument {
  const content = {
    tables: tablesOf(scores),
    figures: figuresOf(scores),
    data: { ...scores, intervals: INTERVALS, evidence },
  };
  return tablesDocument(content, evidence);
}

const MARK = '*';

/** One table a dataset, what holds for all of them below the last. */
function tablesOf(scores: SlicedScores): readonly Table[] {
  const { attribute, slicing, metric, rows } = scores;
  const datasets = [...new Set(rows.map(({ dataset }) => dataset))];
  return datasets.map((dataset, i) => ({
    title: `${metric} by ${attribute}, ${dataset}`,
    caption: `Mean over the images of a slice, with its 95 % interval; ${slicing}.`,
    columns: [
      { label: attribute, align: 'left' },
      { label: 'Model', align: 'left' },
      { label: 'n', align: 'right' },
      { label: metric, align: 'right' },
      { label: '95 % interval', align: 'left' },
    ],
    rows: rows.filter((row) => row.dataset === dataset).map(rowOf),
    notes: i === datasets.length - 1 ? notesOf(scores) : [],
  }));
}

function rowOf(row: SliceRow): Row {
  const count = row.units === undefined ? row.n : `${row.units} units of ${row.n}`;
  const n = { text: `${count}${row.informationOnly ? MARK : ''}`, value: row.units ?? row.n };
  const name = [{ text: row.slice }, { text: row.leaked ? `${row.model} ${LEAK_MARK}` : row.model }];
  return {
    kind: 'measured',
    cells: [...name, n, meanCell(row.mean), { text: intervalText(row) }],
  };
}

function notesOf({ rows, signature }: SlicedScores): readonly string[] {
  const rough = roughNote(rows.map(({ caution }) => caution));
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  return [
    ...(rows.some(({ informationOnly }) => informationOnly)
      ? [
          `${MARK} fewer than ${FEWEST_IMAGES} ${rows.some(({ units }) => units !== undefined) ? 'images, or units' : 'images'}: for information only, too few to draw conclusions from.`,
        ]
      : []),
    ...(rows.some(({ leaked }) => leaked)
      ? [`${LEAK_MARK} trained on pictures of the dataset: not held out, not ranked.`]
      : []),
    ...(failed > 0 ? [`${failed} cells have no score and are left out of all means.`] : []),
    ...(rough === null ? [] : [rough]),
    `Intervals ${INTERVALS.mean} (${INTERVALS.resamples} resamples, seed ${INTERVALS.seed}).`,
    `Signature: ${signature}`,
  ];
}

function meanCell(mean: number | null): Cell {
  return mean === null ? NO_FIGURE : { text: formatFigure(mean), value: mean };
}

function intervalText({ interval, caution }: SliceRow): string {
  return 'undefined' in interval
    ? '-'
    : `${formatFigure(interval[0])} .. ${formatFigure(interval[1])}${roughMark(caution)}`;
}

function figuresOf({ attribute, metric, signature, rows }: SlicedScores): Figures {
  const name = ['dataset', 'attribute', 'slice', 'model', 'metric'];
  const figures = ['n', 'failed', 'mean', 'lower', 'upper', 'caution'];
  return {
    columns: [...name, ...figures, 'information_only', 'leaked', 'signature'],
    rows: rows.map((row) => [
      row.dataset,
      attribute,
      row.slice,
      row.model,
      metric,
      row.n,
      row.failed,
      row.mean ?? '',
      ...('undefined' in row.interval ? ['', ''] : row.interval),
      row.caution ?? '',
      row.informationOnly ? 'yes' : 'no',
      row.leaked ? 'yes' : 'no',
      signature,
    ]),
  };
}
