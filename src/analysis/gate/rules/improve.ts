import { z } from 'zod';
import { gainRange } from '../../../metrics/metric.js';
import { metaOf } from '../../../metrics/registry.js';
import type { PairComparison } from '../../../schema/comparison.js';
import type { Verdict } from '../../../schema/verdict.js';
import { scopesOf } from '../evidence/mean-claim.js';
import { followedOf, gainOf, knownOf, type MeanGain } from '../evidence/mean-gain.js';
import { sizesOf, type BothBytes } from '../evidence/resource-limit.js';
import { unsealed } from '../evidence/measured-limit.js';
import { signed, tooFewImages } from '../evidence/wording.js';
import { timedPhase } from '../remeasure/measure.js';
import { ratioInterval } from '../remeasure/remeasure.js';
import { metricId, type GateRule, type JudgedPair } from './rule.js';

const improvedRatio = z.number().positive().lt(1, 'a ratio of 1 or more is no improvement: say less than 1');

const schema = z
  .array(
    z.union([
      z.strictObject({ metric: metricId }),
      z.strictObject({ latency: timedPhase }),
      z.strictObject({
        sizeRatio: improvedRatio.describe("At most so many times the baseline's model file."),
      }),
      z.strictObject({
        memoryRatio: improvedRatio.describe("At most so many times the baseline's peak memory."),
      }),
    ]),
  )
  .default([])
  .describe('At least one of these must be better beyond chance.');

/**
 * "At least one must improve": passes if one of the list has improved beyond chance, each tested at (1 - level) divided
 * by the length of the list (Bonferroni), since any one would do. Fails if none of them can have; else it is open.
 */
export const improve: GateRule<'improve', typeof schema> = {
  key: 'improve',
  kind: 'improve',
  schema,
  notGenerated: 'what is better is no fault',
  ofMeans: true,
  metricsOf: (asked) => asked.flatMap((one) => ('metric' in one ? [one.metric] : [])),
  needsTimes: (asked) => asked.some((one) => 'latency' in one),
  judge(asked, on) {
    const { comparison } = on;
    const level = 1 - (1 - on.level) / asked.length;
    const parts = asked.map((one): Part => {
      if ('metric' in one) return metricPart(gainFor(one.metric, on), level, on);
      if ('latency' in one) return latencyPart(one.latency, level, comparison);
      if ('sizeRatio' in one) return ratioPart('model file', sizesOf(comparison), one.sizeRatio);
      return ratioPart('peak memory', comparison.peakRssBytes, one.memoryRatio);
    });
    const verdicts = parts.map(({ verdict }) => verdict);
    const verdict = verdicts.includes('pass')
      ? 'pass'
      : verdicts.every((one) => one === 'fail')
        ? 'fail'
        : 'inconclusive';
    return [
      {
        id: 'improve',
        rule: `at least one improves: ${parts.map(({ what }) => what).join(', ')}`,
        verdict,
        evidence: parts.map(({ what, said }) => `${what}: ${said}`).join('; '),
        figures: { improved: verdicts.filter((one) => one === 'pass').length, of: parts.length },
        images: [],
        followed: asked.flatMap((one) => {
          const followed = 'metric' in one ? followedOf(gainFor(one.metric, on)) : undefined;
          return followed === undefined ? [] : [{ ...followed, share: 1 / asked.length }];
        }),
      },
    ];
  },
};

interface Part {
  readonly what: string;
  readonly verdict: Verdict;
  readonly said: string;
}

function gainFor(id: string, { datasets }: JudgedPair): MeanGain {
  const meta = metaOf(id);
  const { scopes, images, undefinedCandidate, groups } = scopesOf(datasets, meta);
  return {
    id: `improve/${id}`,
    gains: scopes.map((scope) => scope.gains),
    range: gainRange(meta),
    margin: 0,
    images,
    undefinedCandidate,
    counted: { meta, groups, valueOf: (before, now) => gainOf(meta, before, now) },
  };
}

function metricPart(gain: MeanGain, level: number, pair: JudgedPair): Part {
  const { meta } = gain.counted;
  if (pair.isIdentical) return { what: meta.name, verdict: 'fail', said: 'the same model, and equal mattes' };
  const { verdict, n, lower, upper } = knownOf(gain, pair, level);
  const bounds = lower === null || upper === null ? 'no bounds' : `gain ${signed(lower)} to ${signed(upper)}`;
  const { minimumImages } = pair;
  const tooFew = n < minimumImages ? `; ${tooFewImages(minimumImages)}` : '';
  return { what: meta.name, verdict, said: `${bounds}${tooFew}` };
}

function latencyPart(phase: string, level: number, { latency }: PairComparison): Part {
  const what = `${phase} time`;
  const [round] = latency.kind === 'remeasured' ? latency.rounds : [];
  const found = round?.phases.find((candidate) => candidate.phase === phase);
  const interval = found === undefined ? null : ratioInterval(found.processesMs, level);
  if (round === undefined || interval === null) {
    return { what, verdict: 'inconclusive', said: 'not measured for this comparison (--remeasure)' };
  }
  const { estimate, lower, upper } = interval;
  const said = `${estimate.toFixed(3)} x (${lower.toFixed(3)} to ${upper.toFixed(3)})`;
  const open = unsealed(round.seal);
  if (open !== null) return { what, verdict: 'inconclusive', said: `${said}, ${open}` };
  return { what, verdict: upper < 1 ? 'pass' : lower >= 1 ? 'fail' : 'inconclusive', said };
}

function ratioPart(what: string, bytes: BothBytes, wanted: number): Part {
  if (bytes === null) return { what, verdict: 'inconclusive', said: 'not known' };
  const ratio = bytes.candidate / bytes.baseline;
  return {
    what: `${what} at most ${wanted} x`,
    verdict: ratio <= wanted ? 'pass' : 'fail',
    said: `${ratio.toFixed(3)} x`,
  };
}
