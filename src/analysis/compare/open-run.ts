import { metricsOf } from '../../metrics/registry.js';
import { signaturesOf } from '../../metrics/signature.js';
import type { Manifest } from '../../store/manifest.js';
import { readManifest, runFolder } from '../../store/run-folder.js';
import { loadRunScores } from '../../store/load-run-scores.js';
import type { Side, SideFacts } from './side.js';
import { loadStoredTimes } from '../../store/stored-times.js';

/**
 * A run folder as a side of a comparison. Scores and times are read when they are asked for.
 *
 * @param label what messages and reports call it
 * @throws MaskbenchError `data.missing` (no run there) or `run.mismatch` (written by another schema version).
 */
export async function openRun(path: string, label: string): Promise<Side> {
  const folder = runFolder(path);
  const facts = factsOf(await readManifest(folder), label);
  const { metrics, signatures } = facts;
  return {
    facts,
    folder,
    loadScores: (models) => loadRunScores({ folder, models, metrics, signatures }),
    loadTimes: async (models) => {
      const times = await loadStoredTimes(folder);
      return new Map([...times].filter(([model]) => models.includes(model)));
    },
  };
}

function factsOf(
  { name, createdAt, maskbenchVersion, settings, environment }: Manifest,
  label: string,
): SideFacts {
  const { models, datasets, device, runner, scoring } = settings;
  const { host: _host, ...machine } = environment;
  return {
    label,
    kind: 'run',
    name,
    createdAt,
    maskbenchVersion,
    device,
    environment: machine,
    runner,
    signatures: signaturesOf(scoring.protocols, scoring),
    metrics: metricsOf(scoring.protocols).map(({ meta }) => meta.id),
    models: models.map(({ spec, sha256, bytes }) => ({ name: spec.name, sha256, bytes, spec })),
    datasets: datasets.map(({ name: dataset, fingerprint, samples, problems, tags }) => ({
      name: dataset,
      fingerprint,
      samples,
      problems,
      tags,
    })),
  };
}
