import { percent, formatMegabytes } from '../../core/text.js';
import type { ScenarioSummary } from '../../schema/scenario-summary.js';
import type { Summary } from '../../schema/summary.js';
import { UNSEALED_MARK } from './seal-mark.js';
import { formatMs, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

type Of<K extends ScenarioSummary['kind']> = Extract<ScenarioSummary, { kind: K }>;

/** What the scenarios of a run came to; none where it has none. None of them is sealed. */
export function scenarioTables(summary: Summary, device: string): readonly Table[] {
  const all = summary.scenarios ?? [];
  const of = <K extends ScenarioSummary['kind']>(kind: K): readonly Of<K>[] =>
    all.filter((scenario): scenario is Of<K> => scenario.kind === kind);
  const failures = of('failed').map(
    ({ model, scenario, failure }) => `${model}, ${scenario}: failed, ${sentence(failure.message)}`,
  );
  const tables = [
    ...(of('offline').length === 0 ? [] : [offlineTable(of('offline'), device)]),
    ...(of('server').length === 0 ? [] : [serverTable(of('server'), device)]),
    ...(of('sweep').length === 0 ? [] : [sweepTable(of('sweep'), device)]),
  ];
  return tables.map((table, i) => (i === 0 ? { ...table, notes: [...table.notes, ...failures] } : table));
}

/** ONNX Runtime's messages have several lines, and some end with a full stop. */
const sentence = (message: string): string => `${message.trim().replaceAll(/\s+/g, ' ').replace(/\.$/, '')}.`;
const right = (label: string): Table['columns'][number] => ({ label, align: 'right' });
const left = (label: string): Table['columns'][number] => ({ label, align: 'left' });
const unsealed = (model: string): Cell => ({ text: `${model} ${UNSEALED_MARK}` });
const NOT_SEALED = `${UNSEALED_MARK} unsealed: the conditions of scenarios are not monitored.`;
const number = (value: number, text: string): Cell => ({ text, value });

function offlineTable(scenarios: readonly Of<'offline'>[], label: string): Table {
  const rows = scenarios.flatMap(({ model, batches }) =>
    batches.map((result): Row => {
      const cells =
        result.kind === 'failed'
          ? [NO_FIGURE, NO_FIGURE, NO_FIGURE, NO_FIGURE]
          : [
              number(result.images, String(result.images)),
              number(result.perSecond, result.perSecond.toFixed(2)),
              number(result.inferencePerSecond, result.inferencePerSecond.toFixed(2)),
              result.peakRssBytes === null
                ? NO_FIGURE
                : number(result.peakRssBytes / 1e6, formatMegabytes(result.peakRssBytes)),
            ];
      return {
        kind: 'measured',
        cells: [unsealed(model), number(result.batch, String(result.batch)), ...cells],
      };
    }),
  );
  const failed = scenarios.flatMap(({ model, batches }) =>
    batches.flatMap((result) =>
      result.kind === 'failed'
        ? [`${model} does not take a batch of ${result.batch}: ${sentence(result.failure.message)}`]
        : [],
    ),
  );
  return {
    title: `Offline throughput on ${label}`,
    caption:
      'Images per second with several images in one inference: whole predictions, and inference alone.',
    columns: [left('Model'), ...['batch', 'images', '/s', 'inference /s', 'MB'].map(right)],
    rows,
    notes: [...failed, NOT_SEALED],
  };
}

function serverTable(scenarios: readonly Of<'server'>[], label: string): Table {
  const rows = scenarios.map(({ model, percentile, boundMs, trials, sustainedPerSecond }): Row => {
    const trial = trials.find(({ held }) => held) ?? trials.at(-1);
    const rate: Cell =
      sustainedPerSecond === null
        ? { text: 'none' }
        : number(sustainedPerSecond, sustainedPerSecond.toFixed(2));
    const cells =
      trial === undefined
        ? [NO_FIGURE, NO_FIGURE, NO_FIGURE, NO_FIGURE]
        : [
            number(trial.n, String(trial.n)),
            number(trial.p50Ms, formatMs(trial.p50Ms)),
            number(trial.percentileMs, formatMs(trial.percentileMs)),
            number(trial.withinBound, percent(trial.withinBound)),
          ];
    const bound = { text: `${percentile} <= ${formatMs(boundMs)} ms` };
    return { kind: 'measured', cells: [unsealed(model), bound, rate, ...cells] };
  });
  return {
    title: `Requests that ${label} sustains`,
    caption:
      'The highest rate of seeded Poisson arrivals per second at which the bound was kept in a trial, one process; latency counts from when a request was due, files decoded beforehand.',
    columns: [left('Model'), left('Bound'), ...['/s', 'n', 'p50', 'percentile', 'within'].map(right)],
    rows,
    notes: [NOT_SEALED],
  };
}

function sweepTable(scenarios: readonly Of<'sweep'>[], label: string): Table {
  const rows = scenarios.flatMap(({ model, settings }) => {
    const best = Math.min(...settings.map(({ p50Ms }) => p50Ms));
    return settings.map(({ setting, p50Ms, perSecond, cpuMsEach, loadMs, peakRssBytes }): Row => {
      const cells = [
        number(p50Ms, `${formatMs(p50Ms)}${p50Ms === best ? ' <' : ''}`),
        number(perSecond, perSecond.toFixed(2)),
        number(cpuMsEach, formatMs(cpuMsEach)),
        number(loadMs, formatMs(loadMs)),
        peakRssBytes === null ? NO_FIGURE : number(peakRssBytes / 1e6, formatMegabytes(peakRssBytes)),
      ];
      return { kind: 'measured', cells: [unsealed(model), { text: setting }, ...cells] };
    });
  });
  return {
    title: `Settings on ${label}`,
    caption:
      'Median milliseconds of a prediction under each setting, measured in turns; "<" marks the fastest.',
    columns: [left('Model'), left('Setting'), ...['p50', '/s', 'CPU', 'load', 'MB'].map(right)],
    rows,
    notes: [NOT_SEALED],
  };
}
