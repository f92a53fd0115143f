import type { InspectedBaseline } from '../../../analysis/compare/baseline/open-baseline.js';
import { evidenceMark, UNSEALED } from '../../../schema/evidence.js';

/** The evidence of a baseline where people read it; of a damaged one, why `check` refuses it. */
export function markOfBaseline({ facts, damaged }: InspectedBaseline): string {
  return damaged === null ? evidenceMark(facts?.evidence ?? UNSEALED) : `damaged: ${damaged}`;
}

/** What a baseline says of itself; a damaged one has the reason in place of evidence. */
export function baselineJson({ facts, damaged }: InspectedBaseline): Readonly<Record<string, unknown>> {
  if (damaged === null) return { ...facts };
  const { evidence: _evidence, ...rest } = facts ?? {};
  return { ...rest, damaged };
}
