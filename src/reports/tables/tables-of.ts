import type { Summary } from '../../schema/summary.js';
import { accuracyTable } from './accuracy-table.js';
import { cutoutTable } from './cutout-table.js';
import { inferenceTimeTable } from './inference-time-table.js';
import { latencyTable } from './latency-table.js';
import { phaseTable } from './phase-table.js';
import { scenarioTables } from './scenario-tables.js';
import { slownessTables } from './slowness-tables.js';
import type { Table } from './table.js';

/** The post's two tables: times, and accuracy. */
export function appendicesOf(summary: Summary): readonly Table[] {
  return [inferenceTimeTable([summary]), accuracyTable(summary)].filter((table) => table !== null);
}

/** The tables of a report, in order: the post's two, cut-outs, then how times are spread, where they go, and why. */
export function tablesOf(summary: Summary): readonly Table[] {
  return [
    ...appendicesOf(summary),
    cutoutTable(summary),
    latencyTable(summary),
    phaseTable(summary),
    ...slownessTables(summary),
    ...scenarioTables(summary),
  ].filter((table) => table !== null);
}
