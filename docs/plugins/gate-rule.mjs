// Judge by it, in a gate: plugins: [./gate-rule.mjs] and worst.image: { metric: iou, noWorseThan: 0.3 }
import { defineGateRule, metaOf, metricId, scopeScores, z } from 'maskbench/plugin';

const worstImage = defineGateRule({
  key: 'worst.image',
  kind: 'worst',
  schema: z.strictObject({ metric: metricId, noWorseThan: z.number() }).optional(),
  metricsOf: ({ metric }) => [metric],
  judge({ metric, noWorseThan }, { datasets }) {
    const { name, better } = metaOf(metric);
    const { candidate, n } = scopeScores(datasets, { ...metaOf(metric) });
    const scores = [...candidate].sort((a, b) => (better === 'higher' ? a - b : b - a));
    const worst = scores[0] ?? null;
    const holds = worst !== null && (better === 'higher' ? worst >= noWorseThan : worst <= noWorseThan);
    return [
      {
        id: `worst/${metric}`,
        rule: `${name} of the worst image: no worse than ${noWorseThan}`,
        verdict: worst === null ? 'inconclusive' : holds ? 'pass' : 'fail',
        evidence: `${worst?.toFixed(3) ?? 'none'} over ${n} images`,
        figures: { n, worst },
        images: [],
      },
    ];
  },
});

export default { name: 'worst', gateRules: [worstImage] };
