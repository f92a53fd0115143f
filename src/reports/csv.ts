import type { Summary } from '../core/summary.js';
import { TIMED_PHASES } from '../core/summary.js';
import type { Report } from './report.js';

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
        line('accuracy', model, dataset ?? 'mean', id, 'mean', mean ?? '', n, leaked.length > 0 ? 'leaked' : ''),
      ),
    );
    const timing = summary.timing.flatMap(({ model, dataset, n, phases }) =>
      TIMED_PHASES.flatMap((phase) =>
        (['mean', 'p50', 'min', 'max'] as const).map((statistic) =>
          line('timing', model, dataset ?? 'mean', `${phase}_ms`, statistic, phases[phase][statistic], n, 'unsealed'),
        ),
      ),
    );
    const models = summary.models.flatMap(({ name, bytes, timing: once }) => [
      line('model', name, '', 'model_bytes', 'value', bytes, 1, ''),
      ...(once === null
        ? []
        : [
            line('model', name, '', 'load_ms', 'value', once.loadMs, 1, 'unsealed'),
            line('model', name, '', 'first_inference_ms', 'value', once.firstInferenceMs, 1, 'unsealed'),
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

function line(...cells: readonly (string | number)[]): string {
  return cells.map(quote).join(',');
}

function quote(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
