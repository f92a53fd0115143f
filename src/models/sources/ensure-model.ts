import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { digestFile } from './digest.js';
import type { LoadedSpec } from '../spec/load-spec.js';
import { ensureModelFiles, type EnsureOptions } from './pull.js';
import type { ModelFiles } from './source-types.js';
import type { ModelSpec } from '../spec/spec.js';

/**
 * What of a model lies where on this machine: the networks by role, SAM's `prompts` file; of precomputed masks the
 * pattern of their paths as `masks`, and the file of their `times`.
 */
export type ModelPaths = Readonly<Record<string, string>>;

export interface EnsuredModel {
  readonly paths: ModelPaths;
  /** Of the one file, or of the hashes of all of them by role. For precomputed masks of where they are looked for. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Makes everything that a model consists of available on this machine.
 *
 * @throws MaskbenchError as `ensureModelFile` does, or `data.missing` for a file of prompts, masks or times.
 */
export async function ensureModel(
  { spec, folder }: LoadedSpec,
  options: Omit<EnsureOptions, 'name' | 'baseDir'>,
): Promise<EnsuredModel> {
  if (spec.feeding === 'precomputed') {
    const { path, times } = spec.masks;
    const masks = resolve(folder, path);
    const timesPath = times === undefined ? {} : { times: await existing(resolve(folder, times)) };
    return { paths: { masks, ...timesPath }, sha256: sha256(canonicalJson(spec.masks)), bytes: 0 };
  }
  const ensured = await ensureModelFiles(spec.files, { ...options, name: spec.name, baseDir: folder });
  const paths: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  for (const [role, file] of Object.entries(ensured)) {
    paths[role] = file.path;
    hashes[role] = file.sha256;
  }
  if (spec.feeding === 'sam' && spec.prompts.file !== undefined) {
    paths['prompts'] = await existing(resolve(folder, spec.prompts.file));
    hashes['prompts'] = (await digestFile(paths['prompts'], false)).sha256;
  }
  const [only, ...others] = Object.values(hashes);
  return {
    paths,
    sha256: others.length === 0 ? only : sha256(canonicalJson(hashes)),
    bytes: Object.values(ensured).reduce((sum, file) => sum + file.bytes, 0),
  };
}

/** The files that a model downloads or names, by role; none where the masks are there already. */
export function filesOf(spec: ModelSpec): ModelFiles {
  return spec.feeding === 'precomputed' ? {} : spec.files;
}

async function existing(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return path;
  throw new MaskbenchError('data.missing', 'no such file', {
    where: path,
    remedy: 'paths in a model spec are relative to the YAML file',
  });
}
