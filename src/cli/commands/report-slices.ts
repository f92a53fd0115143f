import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { Interval } from '../../schema/summary.js';
import { INTERVALS } from '../../scoring/aggregate/intervals.js';
import { runFolder } from '../../store/run-folder.js';
import { sliceScores, type SlicedScores, type SliceRow } from '../../analysis/slices/slice-scores.js';
import { FEWEST_IMAGES } from '../../analysis/slices/slicing.js';
import { renderTable as renderMarkdown } from '../../reports/formats/markdown.js';
import type { Cell, Row, Table } from '../../reports/tables/table.js';
import { renderTable as renderTerminal } from '../../reports/formats/terminal.js';
import type { CliContext } from '../context.js';
import { csvLine } from '../csv-line.js';
import { formatFigure } from '../score/headline.js';
import { writeReport } from '../write-report.js';

export interface SliceReportOptions {
  readonly by: string;
  readonly metric?: string;
  readonly format: string;
  readonly out?: string;
}

const RENDER: Readonly<Record<string, (scores: SlicedScores) => string>> = {
  terminal: (scores) => `${tablesOf(scores).map(renderTerminal).join('\n\n')}\n`,
  markdown: (scores) =>
    `${tablesOf(scores)
      .map((table) => renderMarkdown(table))
      .join('\n\n')}\n`,
  json: (scores) => `${JSON.stringify({ ...scores, intervals: INTERVALS }, null, 2)}\n`,
  csv: csvOf,
};

/** `maskbench report --by`: a run's scores by an attribute of its samples. */
export async function reportSlices(
  run: string,
  options: SliceReportOptions,
  context: CliContext,
): Promise<void> {
  const render = RENDER[options.format];
  if (render === undefined) {
    throw new MaskbenchError('usage', `there are no slices as ${options.format}`, {
      remedy: `with --by the formats are ${Object.keys(RENDER).join(', ')}`,
    });
  }
  const { by: attribute, metric } = options;
  const request = metric === undefined ? { attribute } : { attribute, metric };
  const text = render(await sliceScores(runFolder(resolve(context.cwd, run)), request));
  if (options.out === undefined) context.out(text);
  else await writeReport(resolve(context.cwd, options.out), text);
}

const MARK = '*';
const LEAK_MARK = '‡';

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
  const n = { text: `${row.n}${row.informationOnly ? MARK : ''}`, value: row.n };
  const name = [{ text: row.slice }, { text: row.leaked ? `${row.model} ${LEAK_MARK}` : row.model }];
  return {
    kind: 'measured',
    cells: [...name, n, meanCell(row.mean), { text: intervalText(row.interval) }],
  };
}

function notesOf({ rows, signature }: SlicedScores): readonly string[] {
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  return [
    ...(rows.some(({ informationOnly }) => informationOnly)
      ? [`${MARK} fewer than ${FEWEST_IMAGES} images: information only, nothing follows from it.`]
      : []),
    ...(rows.some(({ leaked }) => leaked)
      ? [`${LEAK_MARK} trained on pictures of the dataset: not held out, not to be ranked.`]
      : []),
    ...(failed > 0 ? [`${failed} cells have no score and are in no mean.`] : []),
    `Intervals ${INTERVALS.mean} (${INTERVALS.resamples} resamples, seed ${INTERVALS.seed}).`,
    `Signature: ${signature}`,
  ];
}

function meanCell(mean: number | null): Cell {
  return mean === null ? { text: '-' } : { text: formatFigure(mean), value: mean };
}

function intervalText(interval: Interval): string {
  return 'undefined' in interval ? '-' : `${formatFigure(interval[0])} .. ${formatFigure(interval[1])}`;
}

function csvOf({ attribute, metric, signature, rows }: SlicedScores): string {
  const head = ['dataset', 'attribute', 'slice', 'model', 'metric', 'n', 'failed', 'mean', 'lower', 'upper'];
  const lines = rows.map((row) => {
    const [lower, upper] = 'undefined' in row.interval ? ['', ''] : row.interval;
    const name = [row.dataset, attribute, row.slice, row.model, metric];
    const only = row.informationOnly ? 'yes' : 'no';
    const leaked = row.leaked ? 'yes' : 'no';
    return csvLine([...name, row.n, row.failed, row.mean ?? '', lower, upper, only, leaked, signature]);
  });
  return [csvLine([...head, 'information_only', 'leaked', 'signature']), ...lines].join('');
}
