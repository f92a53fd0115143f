import { limitFindings, resourceLimit } from '../evidence/resource-limit.js';
import type { GateRule } from './rule.js';

/** Peak memory, as the runs' timing passes or the check's own measured it. */
export const memory: GateRule<'memory', typeof resourceLimit> = {
  key: 'memory',
  kind: 'memory',
  schema: resourceLimit.describe('A limit on peak resident memory.'),
  judge: (asked, { comparison }) =>
    limitFindings(
      'memory',
      'peak memory',
      'peak memory is not known for both models on the same machine with the same threads',
      asked,
      comparison.peakRssBytes,
    ),
};
