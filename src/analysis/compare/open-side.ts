import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { parseGitFile } from '../../core/git-file.js';
import { hintFor } from '../../core/names.js';
import { signaturesOf } from '../../metrics/signature.js';
import { loadRunScores } from '../../store/load-run-scores.js';
import { chosenImagesOf, type Manifest } from '../../store/manifest.js';
import { metricsOfRun } from '../../store/metric-set.js';
import { assertWholeRun, readEvidence } from '../../store/evidence.js';
import { noRun, readManifest, runFolder, runsIn } from '../../store/run-folder.js';
import { loadStoredTimes } from '../../store/stored-times.js';
import { BASELINES_FOLDER } from './baseline/baseline-schema.js';
import { openBaselineInGit } from './baseline/baseline-in-git.js';
import { isBaseline, listBaselines, openBaseline } from './baseline/open-baseline.js';
import type { Side, SideFacts } from './side.js';
import { truthsInSignature } from '../../store/run-readings.js';

/**
 * A run folder, the folder of a baseline, the name of a baseline in `baselines/` of the working directory, or a baseline as
 * a revision of git has it (`main:baselines/production`). The evidence of a run is looked at.
 *
 * @param options.unfinished whether a run may be one that is not finished, or a shard
 * @throws MaskbenchError `data.missing` for anything else, with the nearest name; `run.damaged`; `run.unfinished`.
 */
export async function openSide(
  reference: string,
  cwd: string = process.cwd(),
  { unfinished = false }: { readonly unfinished?: boolean } = {},
): Promise<Side> {
  const path = resolve(cwd, reference);
  const folder = runFolder(path);
  if (existsSync(folder.manifest)) {
    const evidence = await readEvidence(folder, await readManifest(folder));
    if (!unfinished) assertWholeRun(evidence, reference);
    const { facts, ...run } = await openRun(path, reference);
    const digest = evidence.kind === 'sealed' ? { digest: evidence.root } : {};
    return { ...run, facts: { ...facts, evidence, ...digest } };
  }
  if (isBaseline(path)) return openBaseline(path, reference);
  const baselines = join(cwd, BASELINES_FOLDER);
  const names = await listBaselines(baselines);
  if (names.includes(reference)) return openBaseline(join(baselines, reference), reference);
  const inGit = parseGitFile(reference);
  if (inGit !== undefined) return openBaselineInGit(inGit, cwd);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  throw new MaskbenchError(
    'data.missing',
    isFile ? noRun(path).message : 'neither a run folder nor a baseline',
    {
      where: reference,
      remedy: isFile
        ? noRun(path).remedy
        : hintFor(
            reference,
            [...names, ...runsIn(dirname(path))],
            `expected a folder with manifest.json, or one of the baselines (${names.join(', ') || 'none yet'})`,
          ),
    },
  );
}

/**
 * A run folder as a side of a comparison, whatever its evidence. Scores and times are read when they are asked for.
 *
 * @param label what messages and reports call it
 * @throws MaskbenchError `data.missing` (no run there) or `run.mismatch` (written by a later version).
 */
export async function openRun(path: string, label: string): Promise<Side> {
  const folder = runFolder(path);
  const manifest = await readManifest(folder);
  const metrics = (await metricsOfRun(folder, manifest)).map(({ meta }) => meta.id);
  const { settings } = manifest;
  return {
    facts: factsOf(manifest, metrics, label),
    folder,
    loadScores: (models, wanted = metrics) =>
      loadRunScores({ folder, settings, models, metrics: metrics.filter((id) => wanted.includes(id)) }),
    loadTimes: async (models) => {
      const times = await loadStoredTimes(folder);
      return new Map([...times].filter(([model]) => models.includes(model)));
    },
  };
}

/** What a manifest says of its run. */
export function factsOf(
  { name, createdAt, maskbenchVersion, settings, environment, protocols }: Manifest,
  metrics: readonly string[],
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
    signatures: signaturesOf(scoring.protocols, scoring, truthsInSignature(settings)),
    metrics,
    models: models.map(({ spec, sha256, version, bytes }) => ({
      name: spec.name,
      sha256,
      ...(version === undefined ? {} : { version }),
      bytes,
      spec,
    })),
    ...(protocols === undefined ? {} : { protocols }),
    datasets: datasets.map(({ name: dataset, fingerprint, samples, problems, tags, drawn }) => ({
      name: dataset,
      fingerprint,
      samples,
      problems,
      tags,
      ...chosenImagesOf(settings, { drawn }),
    })),
  };
}
