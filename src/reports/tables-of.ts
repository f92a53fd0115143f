import type { Summary } from '../core/summary.js';
import { accuracyTable } from './accuracy-table.js';
import { inferenceTimeTable } from './inference-time-table.js';
import { phaseTable } from './phase-table.js';
import type { Table } from './table.js';

/** The tables of a report, in order: Appendix 1, where the time goes, Appendix 2. */
export function tablesOf(summary: Summary): readonly Table[] {
  return [inferenceTimeTable([summary]), phaseTable(summary), accuracyTable(summary)].filter(
    (table) => table !== null,
  );
}
