import type { Summary } from '../core/summary.js';
import { accuracyTable } from './accuracy-table.js';
import { inferenceTimeTable } from './inference-time-table.js';
import { latencyTable } from './latency-table.js';
import { phaseTable } from './phase-table.js';
import { scenarioTables } from './scenario-tables.js';
import { slownessTables } from './slowness-tables.js';
import type { Table } from './table.js';

/** The tables of a report, in order: Appendix 1, how times are spread, where they go, Appendix 2. */
export function tablesOf(summary: Summary): readonly Table[] {
  return [
    inferenceTimeTable([summary]),
    latencyTable(summary),
    phaseTable(summary),
    ...slownessTables(summary),
    ...scenarioTables(summary),
    accuracyTable(summary),
  ].filter((table) => table !== null);
}
