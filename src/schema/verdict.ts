import { z } from 'zod';
import { count, figure, orNull, text, type Document } from './basics.js';
import { pluginVersion } from './recorded-protocol.js';
import { COMPARISON_VERSION, comparisonSchema, movedImage } from './comparison.js';

const verdict = z.enum(['pass', 'fail', 'inconclusive']);
export type Verdict = Document<typeof verdict>;

/** What a gate may take for granted of images that are not there. */
export const assumption = z.literal('no-rare-disasters');
export type Assumption = z.output<typeof assumption>;

const check = z.object({
  id: text.describe('Unique in its pair, and stable from run to run, e.g. accuracy/iou/all.'),
  kind: text.describe('Of its rule, e.g. accuracy; checks are listed in the order of the rules.'),
  rule: text.describe('What the gate asks for, in words.'),
  verdict,
  evidence: text.describe('What decided, with its figures, in one line.'),
  figures: z
    .record(text, orNull(figure))
    .describe('The same for machines; null where there is no such figure.'),
  images: z.array(movedImage).describe('Images that the evidence is about, the worst first.'),
});
export type Check = Document<typeof check>;

const pair = z
  .object({ baseline: text, candidate: text, verdict, checks: z.array(check) })
  .describe('The checks of one candidate model against one baseline model.');
export type PairVerdict = Document<typeof pair>;

export const gateOutcomeSchema = z
  .object({
    schemaVersion: z.number().meta({ const: COMPARISON_VERSION }),
    gate: z.object({
      name: text,
      description: orNull(text),
      sha256: text.describe('Of the gate\u2019s file.'),
      level: figure.describe('Confidence of every one-sided bound.'),
      assume: orNull(assumption).describe('What means were decided by besides the scores; null: nothing.'),
    }),
    code: z
      .object({
        maskbenchVersion: text,
        sha256: text.describe('Of the compiled code, file by file.'),
        plugins: z
          .exactOptional(z.array(pluginVersion))
          .describe('Those that its rules and metrics come from, where there are any.'),
      })
      .describe('What decided.'),
    untilDecided: z
      .exactOptional(
        z.object({
          seed: text.describe('Of the order in which images came.'),
          images: count.describe('Images that were looked at, one unit of every dataset after the other.'),
          planned: count.describe('Images that could have been.'),
        }),
      )
      .describe('Of a check that looked after every image, and ended once it was decided.'),
    verdict,
    pairs: z.array(pair),
    comparison: comparisonSchema,
  })
  .meta({
    title: 'Maskbench verdict',
    description: 'What a gate decided, with its evidence: what "maskbench check --json" prints.',
  });

/** What a gate decided, with its evidence: the only input of the verdict reports. */
export type GateOutcome = Document<typeof gateOutcomeSchema>;

/** A conjunction: one failure fails, else one open question leaves the whole open. Nothing at all decides nothing. */
export function overallVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.length === 0 || verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}
