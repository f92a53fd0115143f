import type { Metric } from '../metrics/metric.js';
import { metricsOf } from '../metrics/registry.js';
import type { Manifest } from './manifest.js';
import { readRecords, type RunFolder } from './run-folder.js';

/**
 * The metrics that a run was scored by, in the registry's order: what its readers show. A metric that this version of
 * Maskbench has and the run has not is no column of it until a resumed run has computed it. Manifests of 0.1 do not say:
 * there it follows from the protocols and from what the records hold.
 */
export async function metricsOfRun(
  folder: RunFolder,
  { settings, metrics }: Pick<Manifest, 'settings' | 'metrics'>,
): Promise<readonly Metric[]> {
  const known = metricsOf(settings.scoring.protocols);
  const scored = metrics ?? (await idsOfFirstScore(folder));
  return scored === undefined ? known : known.filter(({ meta }) => scored.includes(meta.id));
}

async function idsOfFirstScore(folder: RunFolder): Promise<readonly string[] | undefined> {
  for await (const record of readRecords(folder, 'scores'))
    if (record.status === 'done') return Object.keys(record.metrics);
  return undefined;
}
