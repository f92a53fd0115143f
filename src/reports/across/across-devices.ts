import type { Summary } from '../../schema/summary.js';
import { accuracyTable } from '../tables/accuracy-table.js';
import { deviceLabels } from '../tables/device-label.js';
import { inferenceTimeTable } from '../tables/inference-time-table.js';
import { latencyTable } from '../tables/latency-table.js';
import { phaseTable } from '../tables/phase-table.js';
import type { Table } from '../tables/table.js';
import { assertComparable } from './comparable.js';
import { deviceRatioTable } from './device-ratio-table.js';
import { differencesBetween } from './differences.js';
import { throughputTable } from './throughput-table.js';

/** One experiment on several devices. */
export interface AcrossDevices {
  readonly title: string;
  /** What else differs between the runs than their devices. */
  readonly differences: readonly string[];
  readonly tables: readonly Table[];
}

/**
 * Puts runs of one experiment on several devices side by side: Appendix 1 with a column group a device, ratios between
 * devices, throughput, and the tables of each.
 *
 * @throws MaskbenchError `run.mismatch` if they are not the same experiment.
 */
export function acrossDevices(summaries: readonly Summary[]): AcrossDevices {
  const labels = deviceLabels(summaries);
  assertComparable(summaries, labels);
  const tables = [
    inferenceTimeTable(summaries),
    deviceRatioTable(summaries),
    throughputTable(summaries),
    ...summaries.flatMap((summary) => [latencyTable(summary), phaseTable(summary)]),
    ...accuracyTables(summaries, labels),
  ];
  const names = [...new Set(summaries.map(({ name }) => name))];
  return {
    title: `${names.join(', ')} on ${labels.length} devices`,
    differences: differencesBetween(summaries),
    tables: tables.filter((table) => table !== null),
  };
}

/** One table where every device scored the same to the printed digit, else one a device. */
export function accuracyTables(summaries: readonly Summary[], labels: readonly string[]): readonly Table[] {
  const tables = summaries.flatMap((summary, i) =>
    summary.cells.scored === 0 ? [] : [{ table: accuracyTable(summary), label: labels[i] }],
  );
  const printed = new Set(
    tables.map(({ table }) => JSON.stringify(table.rows.map(({ cells }) => cells.map(({ text }) => text)))),
  );
  const [only] = tables;
  if (only === undefined) return [];
  if (printed.size === 1) return [only.table];
  return tables.map(({ table, label }) => ({ ...table, title: `${table.title}, on ${label}` }));
}
