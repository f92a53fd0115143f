import type { Summary } from '../../schema/summary.js';
import { deviceLabels } from '../tables/device-label.js';
import type { Table } from '../tables/table.js';
import { tablesOf } from '../tables/tables-of.js';
import { assertComparable } from './comparable.js';
import { differencesBetween } from './differences.js';

/** One experiment on several devices. */
export interface AcrossDevices {
  readonly title: string;
  /** What else differs between the runs than their devices. */
  readonly differences: readonly string[];
  readonly tables: readonly Table[];
}

/**
 * Puts runs of one experiment on several devices side by side: every table that one of them has.
 *
 * @throws MaskbenchError `run.mismatch` if they are not the same experiment.
 */
export function acrossDevices(summaries: readonly Summary[], columns?: readonly string[]): AcrossDevices {
  const labels = deviceLabels(summaries);
  assertComparable(summaries, labels);
  const names = [...new Set(summaries.map(({ name }) => name))];
  return {
    title: `${names.join(', ')} on ${labels.length} devices`,
    differences: differencesBetween(summaries),
    tables: tablesOf(summaries, columns),
  };
}
