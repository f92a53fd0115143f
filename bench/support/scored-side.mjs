import { generatedFacts } from '../../dist/analysis/gate/self-test/generated-facts.js';
import { metricsOf } from '../../dist/metrics/registry.js';

/**
 * @import { Side } from '../../dist/analysis/compare/side.js'
 *
 * @typedef {{ readonly name: string, readonly scores: Readonly<Record<string, Float64Array>>, readonly units?: readonly string[] }} ScoredSet
 */

const METRICS = metricsOf(['fixed']).map(({ meta }) => meta.id);

/**
 * A side of a comparison made of drawn scores, by metric. Every second image has the attribute `part: even`.
 *
 * @param {string} label
 * @param {readonly ScoredSet[]} datasets
 * @returns {Side}
 */
export function scoredSide(label, datasets) {
  const sizes = datasets.map(({ scores }) => Object.values(scores)[0].length);
  return {
    facts: generatedFacts(
      label,
      ['fixed'],
      { name: 'm', bytes: 1, sha256: label },
      datasets.map(({ name }, d) => ({ name, samples: sizes[d] })),
    ),
    loadScores: async () => ({
      metrics: METRICS,
      datasets: datasets.map(({ name, scores, units }, d) => {
        const ids = Array.from({ length: sizes[d] }, (_, i) => String(i));
        const none = new Float64Array(sizes[d]).fill(Number.NaN);
        const columns = METRICS.map((metric) => scores[metric] ?? none);
        return {
          name,
          ids,
          contents: ids,
          attributes: ids.map((_, i) => ({ part: i % 2 === 0 ? 'even' : 'odd' })),
          problems: [],
          ...(units === undefined ? {} : { units }),
          models: new Map([['m', { columns, scored: new Uint8Array(sizes[d]).fill(1), failed: [] }]]),
        };
      }),
    }),
    loadTimes: async () => new Map(),
  };
}
