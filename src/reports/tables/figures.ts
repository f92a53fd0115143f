import { SEAL_PARTS } from '../../schema/seal.js';
import { scopeOf, TIMED_PHASES, type TimedPhase } from '../../schema/timing-summary.js';
import type { Summary, TimingRow } from '../../schema/summary.js';
import { sealOfRow } from './seal-mark.js';

/** Figures for programs: one row of plain cells below another, undefined ones empty. */
export interface Figures {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

const COLUMNS = ['kind', 'model', 'dataset', 'measure', 'statistic', 'value', 'n', 'note'];
const STATISTICS = ['mean', 'sd', 'p50', 'p90', 'p95', 'p99', 'min', 'max'] as const;

/** Every figure of a run in long form, one per row. */
export function figuresOf(summary: Summary): Figures {
  const accuracy = summary.accuracy.flatMap(({ model, dataset, leaked, metrics }) =>
    Object.entries(metrics).map(([id, { mean, n }]) => {
      const note = leaked.length > 0 ? 'leaked' : '';
      return ['accuracy', model, dataset ?? 'mean', id, 'mean', mean ?? '', n, note];
    }),
  );
  const timing = summary.timing.flatMap((row) =>
    phasesOf(summary, row).flatMap((phase) =>
      STATISTICS.flatMap((statistic) => {
        const value = row.phases[phase][statistic];
        const { model, dataset, images } = row;
        const n = phase === 'decode' ? images : row.n;
        return value == null
          ? []
          : [['timing', model, dataset ?? 'mean', measureOf(row, phase), statistic, value, n, sealNote(row)]];
      }),
    ),
  );
  const models = summary.models.flatMap(({ name, bytes, timing: once }) => {
    const row = (measure: string, value: string | number, note = '') => [
      'model',
      name,
      '',
      measure,
      'value',
      value,
      1,
      note,
    ];
    if (once === null) return [row('model_bytes', bytes)];
    const seal = noteOf(summary, name);
    const energy = once.pass?.energy;
    return [
      row('model_bytes', bytes),
      row('load_ms', once.loadMs, seal),
      row('first_inference_ms', once.firstInferenceMs, seal),
      row('peak_rss_bytes', once.peakRssBytes ?? ''),
      ...(energy?.kind === 'measured'
        ? [
            row(
              'energy_joules',
              energy.joulesEach,
              [seal, energy.by].filter((part) => part !== '').join('; '),
            ),
          ]
        : []),
    ];
  });
  const published = summary.published.map(({ model, on, metric, value, source }) => [
    'published',
    model,
    on,
    metric,
    'mean',
    value,
    '',
    source,
  ]);
  return { columns: COLUMNS, rows: [...accuracy, ...timing, ...models, ...published] };
}

/** Of masks that were made elsewhere the files were not decoded, fed and read by us: there are no such times. */
function phasesOf({ models }: Summary, { model }: TimingRow): readonly TimedPhase[] {
  const elsewhere = models.find(({ name }) => name === model)?.timing?.measuredElsewhere === true;
  return elsewhere ? ['inference', 'predict'] : TIMED_PHASES;
}

/** `predict_ms`; of a wider scope `file_to_file_ms` for the whole, and `file_to_file_decode_ms` for what was told of it. */
function measureOf(row: TimingRow, phase: TimedPhase): string {
  const scope = scopeOf(row);
  if (scope === 'predict') return `${phase}_ms`;
  return `${scope.replaceAll('-', '_')}_${phase === 'predict' ? '' : `${phase}_`}ms`;
}

/** `sealed`, or `unsealed` with the parts that failed if some held. */
function sealNote(row: Pick<TimingRow, 'seal'>): string {
  const seal = sealOfRow(row);
  if (seal.kind === 'sealed') return 'sealed';
  return seal.failed.length === SEAL_PARTS.length ? 'unsealed' : `unsealed: ${seal.failed.join(' ')}`;
}

function noteOf({ timing }: Summary, name: string): string {
  return sealNote(timing.find(({ model, dataset }) => model === name && dataset === null) ?? {});
}
