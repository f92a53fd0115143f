import { MaskbenchError } from '../core/errors.js';
import { choose, foldName } from '../core/names.js';
import { openDataset, type Dataset } from '../datasets/load.js';
import { resolveDataset } from '../datasets/resolve.js';
import type { OnProgress } from '../models/sources/progress.js';
import { resolveDevices } from '../runners/devices.js';
import { loadModelSpec } from '../runners/load-spec.js';
import { readyDevices, runnerOf } from '../runners/runner-of.js';
import type { ReadyModel } from '../runners/runner.js';
import type { LoadedConfig, RunConfig } from '../store/config.js';

export interface PrepareOptions {
  /** Of the config's models and datasets only these, by name. */
  readonly models?: readonly string[] | undefined;
  readonly datasets?: readonly string[] | undefined;
  /** Whether only cached files are used, never the network; default false. */
  readonly offline?: boolean;
  /** What roots of datasets are relative to; default: this process's folder. */
  readonly cwd?: string | undefined;
  /** Default: this process's. Roots of datasets, the cache, proxies and tokens are read from it. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** A config's names resolved to what is on this machine. */
export interface PreparedRun {
  readonly config: RunConfig;
  readonly models: readonly ReadyModel[];
  readonly datasets: readonly Dataset[];
}

/** What the paths of a prepared run's models are relative to, in their order. */
export interface ModelFolders {
  readonly folders: readonly string[];
}

/**
 * Resolves everything that a run needs before it starts: device and datasets are looked for first, since a missing one
 * would otherwise show only after gigabytes of models were downloaded.
 *
 * @throws MaskbenchError for unknown names, missing devices and datasets, and models that cannot be fetched or fed.
 */
export async function prepareRun(
  { config, folder }: Pick<LoadedConfig, 'config' | 'folder'>,
  options: PrepareOptions = {},
): Promise<PreparedRun & ModelFolders> {
  const { offline = false, cwd = process.cwd(), env = process.env } = options;
  const { onProgress = () => undefined, signal = new AbortController().signal } = options;
  const devices = await resolveDevices(config.device);
  const resolved = await Promise.all(
    config.datasets.map((dataset) => resolveDataset(dataset, { configDir: folder, cwd, env })),
  );
  const specs = await Promise.all(config.models.map((model) => loadModelSpec(model, folder)));
  assertUnique(
    'model',
    specs.map(({ spec }) => spec.name),
  );
  assertUnique(
    'dataset',
    resolved.map(({ spec }) => spec.name),
  );
  const chosenSpecs = choose('the config has no model', specs, ({ spec }) => spec.name, options.models);
  const access = { onProgress, signal, env, ...(offline ? { offline } : {}) };
  await readyDevices(
    chosenSpecs.map(({ spec }) => spec),
    devices,
    access,
  );
  const datasets: Dataset[] = [];
  for (const dataset of choose(
    'the config has no dataset',
    resolved,
    ({ spec }) => spec.name,
    options.datasets,
  )) {
    datasets.push(await openDataset(dataset));
  }
  const models: ReadyModel[] = [];
  const alsoWanted = chosenSpecs.flatMap(({ spec }) => Object.values(spec.files ?? {}).flat());
  for (const loaded of chosenSpecs)
    models.push(await runnerOf(loaded.spec).ensure(loaded, { alsoWanted, ...access }));
  return { config, models, datasets, folders: chosenSpecs.map(({ folder: of }) => of) };
}

/** Names are folders of a run, which may come to a system where case makes no difference. */
function assertUnique(kind: string, names: readonly string[]): void {
  const folded = names.map(foldName);
  const twice = names.findIndex((_, i) => folded.indexOf(folded[i]) !== i);
  if (twice === -1) return;
  const [first, second] = [names[folded.indexOf(folded[twice])], names[twice]];
  const message =
    first === second
      ? `the config names ${kind} "${second}" twice`
      : `the config's ${kind}s "${first}" and "${second}" differ in case alone: on many systems their folders are one`;
  throw new MaskbenchError('config.invalid', message, {
    remedy: 'every name once; give a variation a name of its own',
  });
}
