import { resolve } from 'node:path';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { hashFile } from '../../core/hash-file.js';
import { ensureModelFiles, type EnsureOptions } from '../../models/sources/pull.js';
import { openPrompts, type PromptOf } from '../../models/spec/prompts.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { existingFile } from '../existing-file.js';
import type { LoadedSpec, ReadyModel } from '../runner.js';

export interface OnnxAssets {
  /** Local file of each network, by role. */
  readonly paths: Readonly<Record<string, string>>;
  /** SAM's file of prompts, if the spec names one. */
  readonly prompts: string | undefined;
}

/** A model with a network to run, its files on this machine. */
export type OnnxModel = ReadyModel<NetworkSpec, OnnxAssets>;

/**
 * Makes all files that a model consists of available on this machine. Its sha256 is that of the one file, or of the hashes
 * of all of them by role.
 *
 * @throws MaskbenchError as `ensureModelFile` does, or `data.missing` for a file of prompts.
 */
export async function ensureOnnx(
  { spec, folder }: LoadedSpec<NetworkSpec>,
  options: Omit<EnsureOptions, 'name' | 'baseDir'>,
): Promise<OnnxModel> {
  const ensured = await ensureModelFiles(spec.files, { ...options, name: spec.name, baseDir: folder });
  const paths: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  for (const [role, file] of Object.entries(ensured)) {
    paths[role] = file.path;
    hashes[role] = file.sha256;
  }
  const file = spec.feeding === 'sam' ? spec.prompts.file : undefined;
  const prompts = file === undefined ? undefined : await existingFile(resolve(folder, file));
  if (prompts !== undefined) hashes['prompts'] = await hashFile(prompts);
  const [only, ...others] = Object.values(hashes);
  return {
    spec,
    sha256: others.length === 0 ? only : sha256(canonicalJson(hashes)),
    bytes: Object.values(ensured).reduce((sum, { bytes }) => sum + bytes, 0),
    assets: { paths, prompts },
  };
}

/** What a model is asked of each image; nothing, unless it is promptable. */
export async function promptsOf({ spec, assets }: OnnxModel): Promise<PromptOf> {
  return spec.feeding === 'sam' ? openPrompts(spec.prompts, assets.prompts) : () => undefined;
}
