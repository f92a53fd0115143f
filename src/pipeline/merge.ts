import type { Summary } from '../schema/summary.js';
import { explainWriteError } from '../core/failed-write.js';
import { assertFinished, readEvidence } from '../store/evidence.js';
import type { LockOptions } from '../store/lock-options.js';
import { RECORDS_VERSION, type Manifest } from '../store/manifest.js';
import { linesFiles, readManifest, runFolder } from '../store/run-folder.js';
import { timingPool } from './machines.js';
import { mergeInto, type Finish, type Merge } from './merge-into.js';
import { assertOneRun, commonMetrics, mergePlans, type Shard } from './shards.js';

/**
 * Puts the shards of one run (`--shard 1/n` ... `n/n`) together into a new run folder, mattes included. What becomes
 * of each file is said where the files of a run are listed (`RUN_FILES`). The result is sealed; of shards that are not all
 * sealed by themselves, as sealed later.
 * A mark lies in the folder until `finish` is done too, so that a merge which was killed at any moment can be asked for again;
 * asked for again when it was done, sealed shards come to what is there.
 *
 * @param finish what belongs to the run besides, such as its reports
 * @throws MaskbenchError `run.damaged` or `run.unfinished`, naming the shard; `run.mismatch` naming what differs, which shard is missing or there twice; `run.exists`.
 */
export async function mergeRuns(
  paths: readonly string[],
  out: string,
  options: LockOptions = {},
  finish: Finish = async () => undefined,
): Promise<Summary> {
  const parts: Shard[] = [];
  for (const path of paths) {
    const folder = runFolder(path);
    const manifest = await readManifest(folder);
    const evidence = await readEvidence(folder, manifest);
    assertFinished(evidence, path);
    parts.push({ folder, manifest, evidence });
  }
  assertOneRun(parts);
  try {
    return await mergeInto(runFolder(out), await mergeOf(parts), options, finish);
  } catch (error) {
    throw explainWriteError(error, out, 'merge again');
  }
}

async function mergeOf(parts: readonly Shard[]): Promise<Merge> {
  const [{ manifest: first }] = parts;
  const plan = await mergePlans(parts, first.settings);
  const isOnePool = new Set(parts.map(({ manifest }) => timingPool(manifest))).size === 1;
  return {
    manifest: {
      ...first,
      // Lines of 0.1 get their sums when they are copied.
      recordsVersion: RECORDS_VERSION,
      createdAt: new Date().toISOString(),
      settings: { ...first.settings, shard: null, datasets: plan.datasets },
      ...mergedFrom(parts),
      ...passesOf(parts),
      metrics: await commonMetrics(parts),
    },
    plan: () => plan.records.map((record) => JSON.stringify(record)),
    parts: () => parts,
    files: linesFiles('lines', ...(isOnePool ? (['lines-of-one-machine'] as const) : [])),
    later: parts.some(({ evidence }) => evidence.kind !== 'sealed' || evidence.later !== undefined),
    mattes: 'copy',
  };
}

/** How the passes of all of them went. */
function passesOf(parts: readonly Shard[]): Pick<Manifest, 'passes'> {
  const passes = parts.flatMap(({ manifest }) => manifest.passes ?? []);
  return passes.length === 0 ? {} : { passes };
}

function mergedFrom(parts: readonly Shard[]): Pick<Manifest, 'mergedFrom'> {
  const roots = parts.flatMap(({ evidence }) => (evidence.kind === 'sealed' ? [evidence.root] : []));
  return roots.length === parts.length ? { mergedFrom: roots.sort() } : {};
}
