import type { PhaseSummary, TimeScope } from '../../schema/timing-summary.js';
import type { Summary } from '../../schema/summary.js';
import { SCOPE_WORDS } from './in-scope.js';
import { sealMark, sealOfRow } from './seal-mark.js';
import { formatMs, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

/** How the times of predictions are spread, per model and dataset. Null if nothing was timed with its raw values kept. */
export function latencyTable(summary: Summary, device: string, scope: TimeScope = 'predict'): Table | null {
  const titles = new Map(summary.datasets.map(({ name, title }) => [name, title]));
  const timed = summary.timing.filter(
    ({ dataset, phases }) => dataset !== null && phases.predict.sd !== undefined,
  );
  if (timed.length === 0) return null;
  const rows = timed.map((row): Row => {
    const { predict } = row.phases;
    const contest = sealOfRow(row).kind === 'sealed' ? { contest: row.dataset ?? '' } : {};
    return {
      kind: 'measured',
      cells: [
        { text: `${row.model}${sealMark(row)}` },
        { text: titles.get(row.dataset ?? '') ?? row.dataset ?? '' },
        { text: String(row.n), value: row.n },
        { ...msCell(predict.p50), ...contest },
        intervalCell(predict),
        ...[predict.p90, predict.p95, predict.p99, predict.max].map((value) => ({
          ...msCell(value),
          ...contest,
        })),
        msCell(predict.sd ?? undefined),
        { text: String(row.outliers ?? 0), value: row.outliers ?? 0 },
      ],
    };
  });
  const numbers = ['n', 'p50', '95 %', 'p90', 'p95', 'p99', 'max', 'sd', 'out'];
  return {
    title: `Latency on ${device}`,
    caption: `Milliseconds ${scope === 'predict' ? 'of one prediction' : SCOPE_WORDS[scope].time}, over all predictions of a dataset. p90, p95 and p99 need at least 64, 130 and 662 values; interval of the median over the turns of one process, with 3 % for what processes of one model differ by; "out" counts values beyond Tukey's fences, which stay in every figure.`,
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Dataset', align: 'left' },
      ...numbers.map((label) => ({
        label,
        align: 'right' as const,
        ...(CONTESTED.has(label) ? { better: 'lower' as const } : {}),
      })),
    ],
    rows,
    notes: [],
  };
}

/** Columns whose lowest figure is the best. */
const CONTESTED = new Set(['p50', 'p90', 'p95', 'p99', 'max']);

function intervalCell({ p50Interval }: PhaseSummary): Cell {
  return p50Interval === undefined
    ? NO_FIGURE
    : { text: `${formatMs(p50Interval[0])}-${formatMs(p50Interval[1])}` };
}

function msCell(value: number | undefined): Cell {
  return value === undefined ? NO_FIGURE : { text: formatMs(value), value };
}
