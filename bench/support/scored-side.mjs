import { metricsOf } from '../../dist/metrics/registry.js';
import { DEFAULT_CONVENTIONS } from '../../dist/metrics/metric.js';
import { signaturesOf } from '../../dist/metrics/signature.js';
import { runnerOptionsSchema } from '../../dist/runners/onnx/session-options.js';
import { modelSpecSchema } from '../../dist/runners/runner-of.js';

/**
 * @import { Side } from '../../dist/analysis/compare/side.js'
 *
 * @typedef {{ readonly name: string, readonly scores: Readonly<Record<string, Float64Array>> }} ScoredSet
 */

const METRICS = metricsOf(['fixed']).map(({ meta }) => meta.id);
const SPEC = modelSpecSchema.parse({ name: 'm', files: 'file:m.onnx', input: { width: 64, height: 64 } });

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
    facts: {
      label,
      kind: 'generated',
      name: label,
      createdAt: '1970-01-01T00:00:00.000Z',
      maskbenchVersion: 'bench',
      device: 'cpu',
      environment: {
        os: 'any',
        cpu: 'any',
        cores: 1,
        memoryBytes: 1,
        node: 'any',
        onnxruntime: 'any',
        sharp: 'any',
      },
      runner: runnerOptionsSchema.parse({}),
      signatures: signaturesOf(['fixed'], DEFAULT_CONVENTIONS),
      metrics: METRICS,
      models: [{ name: 'm', sha256: label, bytes: 1, spec: SPEC }],
      datasets: datasets.map(({ name }, d) => ({
        name,
        fingerprint: name,
        samples: sizes[d],
        problems: 0,
        tags: [name],
      })),
    },
    loadScores: async () => ({
      metrics: METRICS,
      datasets: datasets.map(({ name, scores }, d) => {
        const ids = Array.from({ length: sizes[d] }, (_, i) => String(i));
        const none = new Float64Array(sizes[d]).fill(Number.NaN);
        const columns = METRICS.map((metric) => scores[metric] ?? none);
        return {
          name,
          ids,
          contents: ids,
          attributes: ids.map((_, i) => ({ part: i % 2 === 0 ? 'even' : 'odd' })),
          problems: [],
          models: new Map([['m', { columns, scored: new Uint8Array(sizes[d]).fill(1), failed: [] }]]),
        };
      }),
    }),
    loadTimes: async () => new Map(),
  };
}
