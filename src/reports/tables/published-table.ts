import type { PublishedFigure, Summary } from '../../schema/summary.js';
import { sealMark } from './seal-mark.js';
import { formatMs, formatScore, LEAK_MARK, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

/** Whether a run is the experiment that figures were published of: these are of exactly its data sets. */
function isPublishedExperiment({ published, datasets }: Summary): boolean {
  return published.some((figure) => isOfAll(figure, datasets));
}

/** `Appendix 1: inference time`, as the post names its tables, in runs of its experiment; else the title alone. */
export function appendixTitle(number: 1 | 2, title: string, runs: readonly Summary[]): string {
  return runs.some(isPublishedExperiment)
    ? `Appendix ${number}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`
    : title;
}

/**
 * Figures that others published of the networks of a run, beside what was measured on the same data sets. Null where there are
 * none: a figure of other pictures says nothing of these.
 */
export function publishedTable(summary: Summary): Table | null {
  const rows = summary.published.flatMap((figure): Row[] => {
    const scope = scopeOf(figure, summary.datasets);
    return scope === undefined ? [] : [rowOf(figure, measured(summary, figure, scope))];
  });
  if (rows.length === 0) return null;
  const sources = [...new Set(summary.published.map(({ source }) => source))];
  return {
    title: 'Published figures',
    caption:
      'What others published of the same networks, and what was measured here on the same data sets. Which of their pictures, and which threshold, a publication took may not be known.',
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Published for', align: 'left' },
      { label: 'Measure', align: 'left' },
      { label: 'published', align: 'right' },
      { label: 'here', align: 'right' },
      { label: 'difference', align: 'right' },
    ],
    rows,
    notes: sources.map((source) => `Published: ${source}.`),
  };
}

type Scope = { readonly dataset: string | null };

/** Which row of the run stands for the data sets of a figure: that of the only one, or the mean of all. */
function scopeOf(figure: PublishedFigure, datasets: Summary['datasets']): Scope | undefined {
  const { datasets: own = [] } = figure;
  if (isOfAll(figure, datasets)) return { dataset: datasets.length === 1 ? datasets[0].name : null };
  const [only] = own;
  return own.length === 1 && datasets.some(({ name }) => name === only) ? { dataset: only } : undefined;
}

function isOfAll({ datasets: own = [] }: PublishedFigure, datasets: Summary['datasets']): boolean {
  return own.length > 0 && own.length === datasets.length && datasets.every(({ name }) => own.includes(name));
}

function measured(
  { accuracy, timing }: Summary,
  { beside, metric }: PublishedFigure,
  scope: Scope,
): { readonly value: number; readonly mark: string } | undefined {
  const isOf = (row: { readonly model: string; readonly dataset: string | null }): boolean =>
    row.model === beside && row.dataset === scope.dataset;
  if (metric === 'ms') {
    // Published times are of predictions.
    const row = timing.find((one) => isOf(one) && (one.scope ?? 'predict') === 'predict');
    return row && { value: row.phases.predict.mean, mark: sealMark(row) };
  }
  const row = accuracy.find(isOf);
  const mean = row?.metrics[metric]?.mean ?? null;
  return row === undefined || mean === null
    ? undefined
    : { value: mean, mark: row.leaked.length > 0 ? ` ${LEAK_MARK}` : '' };
}

function rowOf({ model, metric, on, value }: PublishedFigure, own: ReturnType<typeof measured>): Row {
  const format = metric === 'ms' ? formatMs : formatScore;
  const difference = own && own.value - value;
  const cells: readonly Cell[] = [
    { text: model },
    { text: on },
    { text: metric },
    { text: String(value), value },
    own === undefined ? NO_FIGURE : { text: `${format(own.value)}${own.mark}`, value: own.value },
    difference === undefined
      ? NO_FIGURE
      : {
          text: `${difference < 0 ? '-' : '+'}${format(Math.abs(difference))}`,
          value: difference,
        },
  ];
  return { kind: 'published', cells };
}
