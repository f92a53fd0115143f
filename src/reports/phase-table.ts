import { TIMED_PHASES, type Summary } from '../core/summary.js';
import { deviceLabel } from './inference-time-table.js';
import { formatMegabytes, formatMs, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

const LABELS = { decode: 'decode', preprocess: 'pre', inference: 'inference', postprocess: 'post', predict: 'predict' };

/** Where the time goes: each phase's mean over datasets, model load, first inference, peak memory. Null if not timed. */
export function phaseTable(summary: Summary): Table | null {
  const rows = summary.models.flatMap(({ name, timing }): Row[] => {
    const phases = summary.timing.find(({ model, dataset }) => model === name && dataset === null)?.phases;
    if (timing === null || phases === undefined) return [];
    const times = TIMED_PHASES.filter((phase) => phase !== 'predict').map((phase) => ms(phases[phase].mean));
    const memory: Cell =
      timing.peakRssBytes === null
        ? NO_FIGURE
        : { text: formatMegabytes(timing.peakRssBytes), value: timing.peakRssBytes / 1e6 };
    const once = [ms(timing.loadMs), ms(timing.firstInferenceMs)];
    return [{ kind: 'measured', cells: [{ text: name }, ...times, ...once, memory] }];
  });
  if (rows.length === 0) return null;
  const labels = TIMED_PHASES.filter((phase) => phase !== 'predict').map((phase) => LABELS[phase]);
  return {
    title: `Where the time goes on ${deviceLabel(summary)}`,
    caption: 'Mean milliseconds a phase; model load and first inference once; peak memory of the process in MB.',
    columns: [
      { label: 'Model', align: 'left' },
      ...[...labels, 'load', 'first', 'MB'].map((label) => ({ label, align: 'right' as const })),
    ],
    rows,
    notes: [],
  };
}

function ms(value: number): Cell {
  return { text: formatMs(value), value };
}
