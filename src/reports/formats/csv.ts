import { SEAL_PARTS } from '../../schema/seal.js';
import { TIMED_PHASES, type Summary, type TimingRow } from '../../schema/summary.js';
import type { Report } from './report.js';
import { sealOfRow } from '../tables/seal-mark.js';

/**
 * One figure a line, in long form: `kind,model,dataset,measure,statistic,value,n,note`. RFC 4180 quoting; cells that a
 * spreadsheet would take for a formula are prefixed with an apostrophe.
 */
export const csv: Report = {
  name: 'csv',
  extension: 'csv',
  summary: 'every figure in long form, one a line',
  render(summary: Summary) {
    const accuracy = summary.accuracy.flatMap(({ model, dataset, leaked, metrics }) =>
      Object.entries(metrics).map(([id, { mean, n }]) =>
        line(
          'accuracy',
          model,
          dataset ?? 'mean',
          id,
          'mean',
          mean ?? '',
          n,
          leaked.length > 0 ? 'leaked' : '',
        ),
      ),
    );
    const timing = summary.timing.flatMap((row) =>
      TIMED_PHASES.flatMap((phase) =>
        STATISTICS.flatMap((statistic) => {
          const value = row.phases[phase][statistic];
          const { model, dataset, n } = row;
          return value == null
            ? []
            : [line('timing', model, dataset ?? 'mean', `${phase}_ms`, statistic, value, n, sealNote(row))];
        }),
      ),
    );
    const models = summary.models.flatMap(({ name, bytes, timing: once }) => [
      line('model', name, '', 'model_bytes', 'value', bytes, 1, ''),
      ...(once === null
        ? []
        : [
            line('model', name, '', 'load_ms', 'value', once.loadMs, 1, noteOf(summary, name)),
            line(
              'model',
              name,
              '',
              'first_inference_ms',
              'value',
              once.firstInferenceMs,
              1,
              noteOf(summary, name),
            ),
            line('model', name, '', 'peak_rss_bytes', 'value', once.peakRssBytes ?? '', 1, ''),
          ]),
    ]);
    const published = summary.published.map(({ model, on, metric, value, source }) =>
      line('published', model, on, metric, 'mean', value, '', source),
    );
    const header = line('kind', 'model', 'dataset', 'measure', 'statistic', 'value', 'n', 'note');
    return `${[header, ...accuracy, ...timing, ...models, ...published].join('\r\n')}\r\n`;
  },
};

const STATISTICS = ['mean', 'sd', 'p50', 'p90', 'p95', 'p99', 'min', 'max'] as const;

/** `sealed`, or `unsealed` with the parts that failed if some held. */
function sealNote(row: Pick<TimingRow, 'seal'>): string {
  const seal = sealOfRow(row);
  if (seal.kind === 'sealed') return 'sealed';
  return seal.failed.length === SEAL_PARTS.length ? 'unsealed' : `unsealed: ${seal.failed.join(' ')}`;
}

function noteOf({ timing }: Summary, name: string): string {
  return sealNote(timing.find(({ model, dataset }) => model === name && dataset === null) ?? {});
}

function line(...cells: readonly (string | number)[]): string {
  return cells.map(quote).join(',');
}

function quote(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
