import { readFile, rm } from 'node:fs/promises';
import type { Pace } from '../schema/pace.js';
import { keptSetting } from './kept-mattes.js';
import type { Manifest, RunDataset } from './manifest.js';
import { writeJson, type RunFolder } from './run-folder.js';
import { sameTruths } from './run-readings.js';

/**
 * Says in the manifest of a run how its masks are read now. Where that is another way than before, what was measured of the
 * ground truths goes; scores are known by their signatures. What a later version wrote there stays.
 */
export async function recordReadings(
  folder: RunFolder,
  before: readonly RunDataset[],
  datasets: readonly RunDataset[],
): Promise<void> {
  if (!datasets.every((of, i) => sameTruths(of, before[i]))) await rm(folder.truths, { force: true });
  const manifest = JSON.parse(await readFile(folder.manifest, 'utf8')) as Pick<Manifest, 'settings'>;
  await writeJson(folder.manifest, { ...manifest, settings: { ...manifest.settings, datasets } });
}

/**
 * Says in the manifest of a run by which metrics it is scored now: one that was added since is computed by a resumed run.
 * What a later version wrote there stays.
 */
export async function recordMetrics(folder: RunFolder, metrics: readonly string[]): Promise<void> {
  await addToManifest(folder, { metrics });
}

/** Says in the manifest of a run that a check had seen enough of it after so many images. */
export async function recordStop(folder: RunFolder, after: number): Promise<void> {
  await addToManifest(folder, { stopped: { by: 'check', after } });
}

/** Adds to the manifest of a run how a pass of it went. */
export async function recordPace(folder: RunFolder, pace: Pace): Promise<void> {
  const { passes = [] } = JSON.parse(await readFile(folder.manifest, 'utf8')) as Pick<Manifest, 'passes'>;
  await addToManifest(folder, { passes: [...passes, pace] });
}

/** Says in the manifest of a run which mattes it keeps from now on, also for whoever continues it without saying. */
export async function recordMattes(folder: RunFolder, mattes: string | undefined): Promise<void> {
  const { settings, origin, ...rest } = JSON.parse(await readFile(folder.manifest, 'utf8')) as Manifest;
  const { mattes: _settings, ...others } = settings;
  const { mattes: _config, ...config } = (origin?.config ?? {}) as Readonly<Record<string, unknown>>;
  const kept = keptSetting({ mattes });
  await writeJson(folder.manifest, {
    ...rest,
    settings: { ...others, ...kept },
    ...(origin === undefined ? {} : { origin: { ...origin, config: { ...config, ...kept } } }),
  });
}

async function addToManifest(
  folder: RunFolder,
  more: Partial<Pick<Manifest, 'metrics' | 'stopped' | 'passes'>>,
): Promise<void> {
  const manifest = JSON.parse(await readFile(folder.manifest, 'utf8')) as object;
  await writeJson(folder.manifest, { ...manifest, ...more });
}
