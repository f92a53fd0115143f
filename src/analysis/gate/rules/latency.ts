import { z } from 'zod';
import { counted } from '../../../core/text.js';
import type { PhaseRatio, RemeasuredPhase } from '../../../schema/comparison.js';
import {
  isFailedBy,
  judgeMeasured,
  type MeasuredLimit,
  type MeasuredRatio,
  ratioText,
} from '../evidence/measured-limit.js';
import { measureSchema, timedPhase } from '../remeasure/measure.js';
import type { Asked, GateRule } from './rule.js';

const schema = z
  .strictObject({
    phase: timedPhase.default('predict'),
    maximumRatio: z
      .number()
      .positive()
      .describe('Candidate over baseline: of the geometric means over images of their median times.'),
    maximumRatioOfAnyImage: z
      .number()
      .positive()
      .optional()
      .describe(
        'Candidate over baseline: of the image that was slowed most. Default: 1.2 times maximumRatio.',
      ),
    measure: measureSchema
      .prefault({})
      .describe('How times are measured; what it takes to be sealed says docs/timing.md.'),
  })
  .optional()
  .describe('A limit on the time of a phase, by times that "check --remeasure" measures.');

type LatencyRule = Asked<typeof schema>;

/** Times so much higher than the limit on all images decide where no limit on any image is set. */
const ANY_IMAGE = 1.2;

/**
 * Limits on the time of a phase, by times that are measured for the check: on all images together, and on the one that was
 * slowed most, which a mean hides. A round fails if the ratio's lower bound
 * exceeds the maximum, passes if its upper bound does not, and is open otherwise, or when it is not sealed. A failure
 * counts only if the one declared confirmation fails as well; without that, or against it, the check is open. No round
 * is ever added to turn a verdict green.
 */
export const latency: GateRule<'latency', typeof schema> = {
  key: 'latency',
  kind: 'latency',
  schema,
  needsTimes: () => true,
  measureOf: ({ measure }) => measure,
  isFailedBy: (rule, round) => limitsOf(rule).some((limit) => isFailedBy(limit, round)),
  judge: (rule, { comparison }) => limitsOf(rule).map((limit) => judgeMeasured(limit, comparison.latency)),
};

function limitsOf({ phase, maximumRatio, maximumRatioOfAnyImage }: LatencyRule): readonly MeasuredLimit[] {
  const anyImage = maximumRatioOfAnyImage ?? Number((ANY_IMAGE * maximumRatio).toFixed(4));
  return [
    limitOf(phase, {
      id: `latency/${phase}`,
      rule: `${phase} time: at most ${maximumRatio} x the baseline's, as a geometric mean over images`,
      maximum: maximumRatio,
      ratioOf: (found) => found,
      said: before,
    }),
    limitOf(phase, {
      id: `latency/${phase}/any-image`,
      rule: `${phase} time: at most ${anyImage} x the baseline's on any image`,
      maximum: anyImage,
      ratioOf: ({ mostSlowed }) => mostSlowed,
      said: ({ mostSlowed }) =>
        `${mostSlowed?.image ?? 'no image'}, slowed most of ${counted(mostSlowed?.images ?? 0, 'image')}`,
    }),
  ];
}

interface PhaseLimit extends Pick<MeasuredLimit, 'id' | 'rule' | 'maximum'> {
  readonly ratioOf: (phase: RemeasuredPhase) => MeasuredRatio | undefined;
  /** What the ratio is of, in words. */
  readonly said: (phase: RemeasuredPhase) => string;
}

function limitOf(phase: LatencyRule['phase'], { ratioOf, said, ...limit }: PhaseLimit): MeasuredLimit {
  return {
    ...limit,
    of: 'slowdowns',
    ratioOf: ({ phases }) => {
      const found = phaseOf(phases, phase);
      return found === undefined ? undefined : ratioOf(found);
    },
    said: ({ phases }) => {
      const found = phaseOf(phases, phase);
      return found === undefined ? '' : said(found);
    },
    stored: ({ phases }) => {
      const found = phaseOf(phases, phase);
      return ratioText(found, found === undefined ? '' : before(found));
    },
  };
}

const before = ({ baselineMs, candidateMs }: PhaseRatio): string =>
  `${baselineMs.toFixed(1)} ms before, ${candidateMs.toFixed(1)} ms now`;

function phaseOf<T extends PhaseRatio>(phases: readonly T[], phase: string): T | undefined {
  return phases.find((candidate) => candidate.phase === phase);
}
