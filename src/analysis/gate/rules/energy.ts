import { z } from 'zod';
import type { RemeasuredRound } from '../../../schema/comparison.js';
import { isFailedBy, judgeMeasured, type MeasuredLimit, ratioText } from '../evidence/measured-limit.js';
import { measureSchema } from '../remeasure/measure.js';
import type { Asked, GateRule } from './rule.js';

const schema = z
  .strictObject({
    maximumRatio: z
      .number()
      .positive()
      .describe(
        'Candidate over baseline: of the geometric means over processes of the joules of one prediction.',
      ),
    measure: measureSchema
      .optional()
      .describe('How it is measured, where the gate has no rule latency, whose measurement serves both.'),
  })
  .optional()
  .describe('A limit on the energy of a prediction, by the counter that "check --remeasure" reads.');

/** Energy is counted in the very measurement that times are taken in, and judged as they are: by sealed rounds alone. */
export const energy: GateRule<'energy', typeof schema> = {
  key: 'energy',
  kind: 'energy',
  schema,
  needsTimes: () => true,
  measureOf: ({ measure }) => measure,
  isFailedBy: (asked, round) => isFailedBy(limitOf(asked), round),
  judge: (asked, { comparison }) => [judgeMeasured(limitOf(asked), comparison.latency)],
};

function limitOf({ maximumRatio }: Asked<typeof schema>): MeasuredLimit {
  return {
    id: 'energy',
    rule: `energy of a prediction: at most ${maximumRatio} x the baseline's`,
    maximum: maximumRatio,
    of: 'differences',
    ratioOf: ({ energy: found }) => (found?.kind === 'measured' ? found : undefined),
    said: ({ energy: found }) => (found?.kind === 'measured' ? joules(found) : ''),
    open: whyOpen,
    stored: ({ energy: found }) =>
      found === undefined
        ? 'no energy that both sides know by one kind of counter'
        : ratioText({ ratio: found.ratio, lower: null, upper: null }, joules(found)),
  };
}

function whyOpen({ energy: found }: RemeasuredRound): string | null {
  if (found === undefined) return 'nobody counted it';
  if (found.kind === 'not known') return `it is not known: ${found.reason}`;
  return found.by === 'power-samples' ? 'no counter told it, so it decides nothing' : null;
}

const joules = ({
  baselineJ,
  candidateJ,
}: {
  readonly baselineJ: number;
  readonly candidateJ: number;
}): string => `${baselineJ.toPrecision(3)} J before, ${candidateJ.toPrecision(3)} J now`;
