import { canonicalJson } from '../core/hash.js';
import { metricsOf } from '../metrics/registry.js';
import { runnerOf } from '../runners/runner-of.js';
import { kindsOfDevices } from '../store/hardware.js';
import type { ReadyModel } from '../runners/runner.js';
import type { RunConfig } from '../store/config.js';
import type { Manifest } from '../store/manifest.js';
import type { RunFolder } from '../store/run-folder.js';
import { completeSeries, isTimed } from '../store/timed-series.js';
import { scopesOfRun } from './timing/timed-models.js';
import { doneScenarios, scenarioKey } from './scenarios/run-scenarios.js';

interface Asked {
  readonly config: Pick<RunConfig, 'scenarios'>;
  readonly models: readonly ReadyModel[];
  readonly phases: { readonly predict: boolean; readonly score: boolean; readonly time: boolean };
}

/**
 * Whether any phase that is asked for would do anything: cells that failed are tried again, a model without times too.
 *
 * @param isComplete whether every cell has its matte, and a score that holds every metric that the manifest names
 */
export async function isAnythingLeft(
  folder: RunFolder,
  { settings, metrics, hardware }: Pick<Manifest, 'settings' | 'metrics' | 'hardware'>,
  { phases, models, config }: Asked,
  isComplete: boolean,
): Promise<boolean> {
  if (phases.time) {
    const scopes = scopesOfRun(models);
    for (const [i, kind] of kindsOfDevices({ settings, hardware }).entries()) {
      const timed = await completeSeries(folder, i === 0 ? undefined : kind);
      const isMeant = ({ spec }: ReadyModel): boolean => i === 0 || runnerOf(spec).time?.kind === 'pass';
      const isOpen = ({ spec }: ReadyModel): boolean =>
        !isTimed(timed, spec.name, scopes.get(spec.name) ?? []);
      if (models.some((model) => isMeant(model) && isOpen(model))) return true;
    }
    const done = await doneScenarios(folder);
    const wanted = models.flatMap(({ spec, sha256 }) =>
      config.scenarios.map((scenario) => scenarioKey(spec.name, sha256, scenario)),
    );
    if (wanted.some((key) => !done.has(key))) return true;
  }
  if (!phases.predict && !phases.score) return false;
  const whole = metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id);
  return (phases.score && canonicalJson(metrics ?? []) !== canonicalJson(whole)) || !isComplete;
}
