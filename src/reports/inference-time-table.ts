import type { PublishedFigure, Summary, TimingRow } from '../core/summary.js';
import { formatMs, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

/**
 * Appendix 1 of the post: mean milliseconds a prediction, models down, one column group a device with its datasets and
 * their mean. Runs on several devices stand side by side. Null if nothing was timed.
 */
export function inferenceTimeTable(summaries: readonly Summary[]): Table | null {
  const timed = summaries.filter(({ timing }) => timing.length > 0);
  if (timed.length === 0) return null;
  const columns = timed.flatMap((summary) => {
    const group = deviceLabel(summary);
    const datasets = summary.datasets.map(({ name, title }) => ({ dataset: name as string | null, label: title }));
    const all = datasets.length > 1 ? [...datasets, { dataset: null, label: 'mean' }] : datasets;
    return all.map((column) => ({ ...column, group, summary }));
  });
  const models = [...new Set(timed.flatMap((summary) => summary.models.map(({ name }) => name)))];
  const measured = models.map((model): Row => {
    const cells = columns.map(({ summary, dataset }) => timeCell(summary.timing, model, dataset));
    return { kind: 'measured', cells: [{ text: model }, ...cells] };
  });
  return {
    title: 'Appendix 1: inference time in milliseconds',
    caption: 'Mean time of one prediction (preprocess + inference + postprocess), files decoded beforehand.',
    columns: [
      { label: 'Model', align: 'left' },
      ...columns.map(({ group, label }) => ({ group, label, align: 'right' as const })),
    ],
    rows: measured,
    notes: [...timed.map(conditions), ...publishedNotes(timed.flatMap(({ published }) => published))],
  };
}

/** `cpu: Intel(R) Xeon(R) ..., 2 threads`, short enough for a heading. */
export function deviceLabel({ device, models }: Summary): string {
  const threads = new Set(models.flatMap(({ timing }) => (timing === null ? [] : [timing.threads])));
  const suffix = device.request === 'cpu' && threads.size === 1 ? `, ${[...threads][0]} threads` : '';
  return `${device.request}${suffix}`;
}

function timeCell(timing: readonly TimingRow[], model: string, dataset: string | null): Cell {
  const row = timing.find((candidate) => candidate.model === model && candidate.dataset === dataset);
  if (row === undefined) return NO_FIGURE;
  const { mean } = row.phases.predict;
  return { text: formatMs(mean), value: mean };
}

function conditions(summary: Summary): string {
  const { device, timing, models } = summary;
  const row = timing.find(({ dataset }) => dataset !== null);
  const warmup = models.find((model) => model.timing !== null)?.timing?.warmup ?? 0;
  return (
    `${deviceLabel(summary)} is ${device.cpu} (${device.cores} cores), ${device.os}: ` +
    `${row?.images ?? 0} images a dataset, ${row?.n ?? 0} timed predictions after ${warmup} warm-ups; ` +
    `unsealed: conditions were not checked.`
  );
}

function publishedNotes(figures: readonly PublishedFigure[]): readonly string[] {
  const times = figures.filter(({ metric }) => metric === 'ms');
  const unique = new Map(times.map((figure) => [`${figure.model}|${figure.on}`, figure]));
  return [...unique.values()].map(
    ({ model, on, value, source }) => `Published: ${model} ${value} ms on ${on} (${source}).`,
  );
}
