import { scopeOf, TIMED_PHASES } from '../../schema/timing-summary.js';
import type { Summary } from '../../schema/summary.js';
import { energyOf, unknownEnergy } from './energy-table.js';
import { sealMark } from './seal-mark.js';
import { formatMegabytes } from '../../core/text.js';
import { formatMs, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

const LABELS = {
  decode: 'decode',
  preprocess: 'pre',
  inference: 'inference',
  postprocess: 'post',
  predict: 'predict',
};

/** Where the time goes: each phase's mean over datasets, model load, first inference, peak memory. Null if not timed. */
export function phaseTable(summary: Summary, device: string): Table | null {
  const rows = summary.models.flatMap(({ name, timing }): Row[] => {
    const row = summary.timing.find(({ model, dataset }) => model === name && dataset === null);
    if (timing === null || row === undefined) return [];
    const mark = sealMark(row);
    const wide = scopeOf(row) !== 'predict';
    const times = [
      ...TIMED_PHASES.filter((phase) => phase !== 'predict').map((phase) =>
        // A program need not tell of each.
        wide && row.phases[phase].max === 0 ? NO_FIGURE : ms(row.phases[phase].mean),
      ),
      ...(wide ? [ms(row.phases.predict.mean)] : []),
    ];
    const memory: Cell =
      timing.peakRssBytes === null
        ? NO_FIGURE
        : { text: formatMegabytes(timing.peakRssBytes), value: timing.peakRssBytes / 1e6 };
    const once = [ms(timing.loadMs), ms(timing.firstInferenceMs)];
    const cpu = timing.pass === undefined ? NO_FIGURE : ms(timing.pass.cpuMsEach);
    return [{ kind: 'measured', cells: [{ text: `${name}${mark}` }, ...times, cpu, ...once, memory] }];
  });
  if (rows.length === 0) return null;
  const isWide = summary.timing.some((row) => scopeOf(row) !== 'predict');
  const labels = [
    ...TIMED_PHASES.filter((phase) => phase !== 'predict').map((phase) => LABELS[phase]),
    ...(isWide ? ['whole'] : []),
  ];
  return {
    title: `Where the time goes on ${device}`,
    caption: `${isWide ? 'Mean milliseconds, of the phases as a program tells of them, and of the whole as it was waited for' : 'Mean milliseconds per phase'}; CPU: processor time of one prediction over all threads; model load and first inference once; peak memory of the process in MB.`,
    columns: [
      { label: 'Model', align: 'left' },
      ...[...labels, 'CPU', 'load', 'first', 'MB'].map((label) => ({ label, align: 'right' as const })),
    ],
    rows,
    notes: [
      ...networkNotes(summary),
      ...aloneNotes(summary),
      ...(summary.models.some(energyOf) ? [] : unknownEnergy(summary)),
    ],
  };
}

/** Of models made of two networks, what each takes of the inference. */
function networkNotes(summary: Summary): readonly string[] {
  return summary.timing.flatMap(({ model, dataset, networks }) =>
    dataset !== null || networks === undefined
      ? []
      : [
          `${model}: of the inference the encoder takes ${formatMs(networks.encoder.mean)} ms, the decoder ${formatMs(networks.decoder.mean)} ms`,
        ],
  );
}

/** Of fast models: what a bare loop of inferences takes, which a prediction cannot reach. */
function aloneNotes({ models, timing }: Summary): readonly string[] {
  return models.flatMap(({ name, timing: once }) => {
    const row = timing.find(({ model, dataset }) => model === name && dataset === null);
    const alone = once?.inferenceAlone;
    return row === undefined || alone === undefined
      ? []
      : [
          `${name}: p50 of inference ${formatMs(row.phases.inference.p50)} ms within a prediction, ${formatMs(alone.p50)} ms in a bare loop (warm caches, threads awake).`,
        ];
  });
}

function ms(value: number): Cell {
  return { text: formatMs(value), value };
}
