import { percent } from '../../core/text.js';
import type { Summary } from '../../schema/summary.js';
import type { TimeScope } from '../../schema/timing-summary.js';
import { deviceLabels } from './device-label.js';
import { SCOPE_WORDS } from './in-scope.js';
import { appendixTitle } from './published-table.js';
import { sealMark, sealNotes, sealOfRow, UNSEALED_MARK } from './seal-mark.js';
import { type Cell, formatMs, NO_FIGURE, type Row, type Table } from './table.js';
import {
  awayInWords,
  computingElsewhere,
  type PlacementSummary,
  whereComputed,
} from '../../schema/placement.js';

/**
 * As Appendix 1 of the post: mean milliseconds per prediction, models down, one column group per device with its datasets and
 * their mean. Runs on several devices stand side by side. Null if nothing was timed.
 */
export function inferenceTimeTable(
  summaries: readonly Summary[],
  scope: TimeScope = 'predict',
): Table | null {
  const timed = summaries.filter(({ timing }) => timing.length > 0);
  if (timed.length === 0) return null;
  const labels = deviceLabels(timed);
  const columns = timed.flatMap((summary, i) => {
    const datasets = summary.datasets.map(({ name, title }) => ({
      dataset: name as string | null,
      label: title,
    }));
    const withMean = datasets.length > 1 ? [...datasets, { dataset: null, label: 'mean' }] : datasets;
    return withMean.map((column) => ({ ...column, group: labels[i], summary }));
  });
  const all = [...new Set(timed.flatMap((summary) => summary.models.map(({ name }) => name)))];
  // The table of predictions has every model; one of a wider scope those that were timed so.
  const models = all.filter(
    (name) => scope === 'predict' || timed.some(({ timing }) => timing.some(({ model }) => model === name)),
  );
  const measured = models.map((model): Row => {
    const cells = columns.map(({ summary, dataset }) => timeCell(summary, model, dataset));
    return { kind: 'measured', cells: [{ text: model }, ...cells] };
  });
  return {
    title:
      scope === 'predict'
        ? appendixTitle(1, 'Inference time in milliseconds', timed)
        : 'Time in milliseconds',
    caption: `Arithmetic mean over all timed predictions of a dataset ${SCOPE_WORDS[scope].covers}.`,
    columns: [
      { label: 'Model', align: 'left' },
      ...columns.map(({ group, label }) => ({
        group,
        label,
        align: 'right' as const,
        better: 'lower' as const,
      })),
    ],
    rows: measured,
    notes: timed.flatMap((summary, i) =>
      scope === 'service'
        ? [callConditions(summary)]
        : [
            conditions(summary, labels[i]),
            ...copyNotes(summary, labels[i]),
            ...placementNotes(summary),
            ...sealNotes(summary, labels[i]),
          ],
    ),
  };
}

function timeCell({ timing, models }: Summary, model: string, dataset: string | null): Cell {
  const row = timing.find((candidate) => candidate.model === model && candidate.dataset === dataset);
  if (row === undefined) return NO_FIGURE;
  const { mean } = row.phases.predict;
  const placement = models.find(({ name }) => name === model)?.timing?.pass?.placement;
  const elsewhere = placementMark(placement);
  const contest = elsewhere === '' && sealOfRow(row).kind === 'sealed' ? { contest: '' } : {};
  return { text: `${formatMs(mean)}${elsewhere}${sealMark(row)}`, value: mean, ...contest };
}

function conditions({ device, timing, models }: Summary, label: string): string {
  const row = timing.find(({ dataset }) => dataset !== null);
  const once = models.find((model) => model.timing !== null)?.timing;
  const driver = device.gpu?.driver ?? null;
  const profile = once?.pass === undefined ? '' : `, profile ${once.pass.profile}`;
  return (
    `${label} is ${device.cpu} (${device.cores} cores), ${device.os}${driver === null ? '' : `, driver ${driver}`}: ` +
    `${row?.images ?? 0} images per dataset, ${row?.n ?? 0} timed predictions after ${once?.warmup ?? 0} warm-ups${profile}.`
  );
}

/** Of a service the machine that called it says nothing about its speed. */
function callConditions({ device, timing }: Summary): string {
  const row = timing.find(({ dataset }) => dataset !== null);
  return (
    `${UNSEALED_MARK} never sealed: nobody watches the conditions of a service. ` +
    `Called from ${device.os}, ${row?.images ?? 0} images per dataset.`
  );
}

/** On a card a time is that of its copies, too; how much they are stands in the table of the card's settings. */
function copyNotes({ models }: Summary, label: string): readonly string[] {
  return models.some(({ timing }) => timing?.pass?.copies !== undefined)
    ? [`On ${label} the copies of input and output are part of every inference.`]
    : [];
}

/** Names what does not run where it was asked to. */
function placementNotes({ models }: Summary): readonly string[] {
  return models.flatMap(({ name, timing }) => {
    const placement = timing?.pass?.placement;
    return placement === null || placement === undefined || placementMark(placement) === ''
      ? []
      : [`${name}${placementMark(placement)}: ${placementText(placement)}.`];
  });
}

/** `CPUExecutionProvider` as people say it: `CPU`. */
function providerName(provider: string): string {
  return provider.replace(/ExecutionProvider$/, '');
}

/**
 * ` +CPU` where other providers compute a part, ` on CPU` where they compute all of it; else nothing. Of runs that do not say which
 * nodes are elsewhere (0.1) any node counts.
 */
export function placementMark(placement: PlacementSummary | null | undefined): string {
  if (placement === null || placement === undefined) return '';
  const where = whereComputed(placement);
  if (where === 'asked') return '';
  const away = computingElsewhere(placement).map(({ provider }) => provider);
  const others = away.length > 0 ? away : Object.keys(placement.nodes);
  const names = [...new Set(others)].filter((name) => name !== placement.provider).map(providerName);
  if (names.length === 0) return '';
  return where === 'elsewhere' ? ` on ${names.join(', ')}` : ` +${names.join(' +')}`;
}

/** `149 nodes on WebGpu (98.0 % of the time), 2 nodes on CPU (2.0 %); 1 of 12 Conv on CPU`. */
export function placementText(placement: PlacementSummary): string {
  const { nodes, timeShare } = placement;
  const parts = Object.entries(nodes).map(([name, count], i) => {
    const share = timeShare?.[name];
    const time = share === undefined ? '' : ` (${percent(share)}${i === 0 ? ' of the time' : ''})`;
    return `${count} nodes on ${providerName(name)}${time}`;
  });
  return [parts.join(', '), ...awayInWords(placement, providerName)].join('; ');
}
