import { groupBy } from '../../../core/group.js';
import { metricsOf } from '../../../metrics/registry.js';
import type { Manifest } from '../../../store/manifest.js';
import { contentOf, type RunScores } from '../../../store/load-run-scores.js';
import type { PlanRecord } from '../../../store/records.js';
import { factsOf } from '../../compare/open-side.js';
import type { Side } from '../../compare/side.js';

/**
 * A run that is planned as a side of a comparison: what it is and its images, of which no model has a score yet. They count
 * as scored, so that everything that forbids the comparison shows before the first prediction.
 */
export function plannedSide(manifest: Manifest, plan: readonly PlanRecord[], label: string): Side {
  const { protocols } = manifest.settings.scoring;
  const metrics = metricsOf(protocols).map(({ meta }) => meta.id);
  return {
    facts: factsOf(manifest, metrics, label),
    loadScores: async (models) => ({ metrics, datasets: datasetsOf(plan, models) }),
    loadTimes: async () => new Map(),
  };
}

function datasetsOf(plan: readonly PlanRecord[], models: readonly string[]): RunScores['datasets'] {
  return [...groupBy(plan, ({ dataset }) => dataset)].map(([name, records]) => {
    const samples = records.flatMap((record) => (record.kind === 'sample' ? [record] : []));
    const scored = new Uint8Array(samples.length).fill(1);
    return {
      name,
      ids: samples.map(({ id }) => id),
      contents: samples.map(contentOf),
      attributes: samples.map(({ attributes }) => attributes),
      problems: records.flatMap((record) =>
        record.kind === 'problem' ? [{ id: record.id, reason: record.failure.message }] : [],
      ),
      models: new Map(models.map((model) => [model, { columns: [], scored, failed: [] }])),
    };
  });
}
