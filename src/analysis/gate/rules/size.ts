import { limitFindings, resourceLimit, sizesOf } from '../evidence/resource-limit.js';
import type { GateRule } from './rule.js';

/** The size of the model file. */
export const size: GateRule<'size', typeof resourceLimit> = {
  key: 'size',
  kind: 'size',
  schema: resourceLimit.describe('A limit on the size of the model file.'),
  judge: (asked, { comparison }) =>
    limitFindings(
      'size',
      'model file',
      'not both models have a file of their own, as programs and masks that were made elsewhere have none: leave out the rule size',
      asked,
      sizesOf(comparison),
    ),
};
