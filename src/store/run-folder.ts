import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { MaskbenchError } from '../core/errors.js';
import { canonicalJson } from '../core/hash.js';
import { joinInside } from '../core/safe-path.js';
import type { Manifest } from './manifest.js';
import { isRemains } from './remains.js';
import { SCHEMA_VERSION } from '../schema/summary.js';

/** Paths inside a run folder; nothing is opened or created. */
export interface RunFolder {
  readonly path: string;
  readonly manifest: string;
  readonly plan: string;
  readonly predictions: string;
  readonly timings: string;
  readonly scenarios: string;
  readonly scores: string;
  readonly truths: string;
  readonly curves: string;
  readonly summary: string;
  /** Where the matte of a cell lies; never outside the folder, whatever the names are. */
  matte(model: string, dataset: string, id: string): string;
}

export function runFolder(path: string): RunFolder {
  return {
    path,
    manifest: join(path, 'manifest.json'),
    plan: join(path, 'plan.jsonl'),
    predictions: join(path, 'predictions.jsonl'),
    timings: join(path, 'timings.jsonl'),
    scenarios: join(path, 'scenarios.jsonl'),
    scores: join(path, 'scores.jsonl'),
    truths: join(path, 'truths.jsonl'),
    curves: join(path, 'curves.json'),
    summary: join(path, 'summary.json'),
    matte: (model, dataset, id) => joinInside(path, 'predictions', model, dataset, `${id}.png`),
  };
}

/**
 * Makes the folder of a new run, or finds one to resume.
 *
 * @returns whether a run is there already.
 * @throws MaskbenchError `run.exists`: a run is there and `resume` was not asked for, or the folder holds other files.
 */
export async function enterRunFolder(folder: RunFolder, resume: boolean): Promise<boolean> {
  await mkdir(folder.path, { recursive: true });
  if (existsSync(folder.manifest)) {
    if (resume) return true;
    throw new MaskbenchError('run.exists', 'a run is already there', {
      where: folder.path,
      remedy: 'continue it with --resume, or choose another folder with --out',
    });
  }
  // A run that was killed before its manifest was in place leaves a lock, a temporary plan or a draft of the manifest.
  const foreign = (await readdir(folder.path)).find((name) => !name.startsWith('.lock') && !isRemains(name));
  if (foreign !== undefined) {
    throw new MaskbenchError('run.exists', `the folder holds other files (${foreign})`, {
      where: folder.path,
      remedy: 'choose an empty or new folder with --out',
    });
  }
  return false;
}

/** @throws MaskbenchError `data.missing` (no run there) or `run.mismatch` (written by another schema version). */
export async function readManifest(folder: RunFolder): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(folder.manifest, 'utf8');
  } catch (cause) {
    throw new MaskbenchError('data.missing', 'no run in this folder', {
      where: folder.path,
      remedy: 'expected a folder with manifest.json, as "maskbench run" writes it',
      cause,
    });
  }
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.schemaVersion !== SCHEMA_VERSION) {
    throw new MaskbenchError('run.mismatch', `the run has schema version ${manifest.schemaVersion}`, {
      where: folder.path,
      remedy: `this Maskbench reads version ${SCHEMA_VERSION}`,
    });
  }
  return manifest;
}

/** Pretty JSON, in place whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** @throws MaskbenchError `run.mismatch`, naming the settings in which a run to resume differs from what is asked for. */
export function assertSameSettings(existing: Manifest, wanted: Manifest, where: string): void {
  const before = existing.settings;
  const now = wanted.settings;
  const differing = (Object.keys(now) as (keyof typeof now)[]).filter(
    (key) => canonicalJson(before[key]) !== canonicalJson(now[key]),
  );
  if (differing.length === 0) return;
  const details = differing.map((key) => {
    const [old, fresh] = [canonicalJson(before[key]), canonicalJson(now[key])];
    return old.length + fresh.length < 120 ? `${key} (${old} there, ${fresh} now)` : key;
  });
  throw new MaskbenchError('run.mismatch', `the run was made under other settings: ${details.join(', ')}`, {
    where,
    remedy: 'resume with the same config, or choose another folder with --out',
  });
}
