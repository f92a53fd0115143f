import { z } from 'zod';
import { counted } from '../../../core/text.js';
import type { Verdict } from '../../../schema/verdict.js';
import type { GateRule } from './rule.js';

const schema = z
  .strictObject({
    maximumRatio: z
      .number()
      .positive()
      .describe('Candidate over baseline: of the geometric means over pictures of the times of their calls.'),
  })
  .optional()
  .describe(
    'A limit on the time of a service\u2019s calls, as they were in the two runs: nobody can measure a service again in the dark of a machine.',
  );

/**
 * A limit on the time of a service, from the calls of both runs: it passes where the upper end of the ratio\u2019s interval over pictures is
 * no higher, fails where the lower end is, and is open otherwise. What lies between here and the service was in both.
 */
export const serviceTime: GateRule<'serviceTime', typeof schema> = {
  key: 'serviceTime',
  kind: 'service-time',
  schema,
  notGenerated: 'generated masks come from no service',
  judge({ maximumRatio }, { comparison: { latency } }) {
    const of = { id: 'service-time', rule: `time of a call: at most ${maximumRatio} x the baseline's` };
    const isOfCalls = latency.kind === 'stored' && latency.scope === 'service';
    const found = isOfCalls ? latency.phases.find(({ phase }) => phase === 'predict') : undefined;
    if (!isOfCalls || found === undefined || found.lower === null || found.upper === null) {
      const reason =
        latency.kind === 'none' ? latency.reason : 'not both are services with times of the same pictures';
      const figures = { ratio: found?.ratio ?? null };
      return [{ ...of, verdict: 'inconclusive', evidence: reason, figures, images: [] }];
    }
    const { ratio, lower, upper, baselineMs, candidateMs } = found;
    const verdict: Verdict = upper <= maximumRatio ? 'pass' : lower > maximumRatio ? 'fail' : 'inconclusive';
    const evidence = `${ratio.toFixed(3)} x (${lower.toFixed(3)} to ${upper.toFixed(3)} over ${counted(latency.images, 'picture')}), ${baselineMs.toFixed(0)} ms before, ${candidateMs.toFixed(0)} ms now`;
    return [{ ...of, verdict, evidence, figures: { ratio, lower, upper }, images: [] }];
  },
};
