import type { Comparison, PairComparison } from '../../schema/comparison.js';
import { evidenceMark } from '../../schema/evidence.js';
import type { Table } from '../tables/table.js';
import { metricTable } from './metric-table.js';
import { movedTable, sliceTable } from './slice-table.js';
import { resourceTable } from './resource-table.js';

/** The tables of one pair of models, in order. */
export function tablesOfPair(pair: PairComparison): readonly Table[] {
  return [metricTable(pair), sliceTable(pair), movedTable(pair), resourceTable(pair)].filter(
    (table) => table !== null,
  );
}

/** Which models are held against each other, as a heading. */
export function pairTitle({ baseline, candidate }: Pick<PairComparison, 'baseline' | 'candidate'>): string {
  return baseline.name === candidate.name ? baseline.name : `${baseline.name} -> ${candidate.name}`;
}

/** What is compared, in lines: the two sides, what was overridden, what else is worth knowing. */
export function preambleOf({ baseline, candidate, forced, remarks, signatures }: Comparison): {
  readonly sides: readonly string[];
  readonly warnings: readonly string[];
  readonly remarks: readonly string[];
} {
  const side = (what: string, of: Comparison['baseline']): string => {
    const { label, kind, createdAt, device, cpu, evidence } = of;
    const mark = evidence === undefined ? '' : `: ${evidenceMark(evidence)}`;
    return `${what}: ${label} (${kind} of ${createdAt.slice(0, 10)}, ${device}, ${cpu})${mark}`;
  };
  return {
    sides: [side('baseline', baseline), side('candidate', candidate), `signature: ${signatures.join('  ')}`],
    warnings:
      forced.length === 0
        ? []
        : [
            'FORCED: these differ, so the figures compare what is common and are no evidence:',
            ...forced.map(({ message }) => `- ${message}`),
          ],
    remarks,
  };
}
