import { resolve } from 'node:path';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { hashFile } from '../../core/hash-file.js';
import type { NetworkEnds } from '../../models/feedings/feeding.js';
import { feedingOf } from '../../models/feedings/registry.js';
import { inspectOnnx } from '../../models/onnx/inspect.js';
import type { EnsureOptions } from '../../models/sources/ensure-file.js';
import { ensureModelFiles } from '../../models/sources/pull.js';
import { openPrompts, type PromptOf } from '../../models/spec/prompts.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { existingFile } from '../existing-file.js';
import type { LoadedSpec, ReadyModel } from '../runner.js';
import { ensureEngine } from './engine/ensure-engine.js';

export interface OnnxAssets {
  /** Local file of each network, by role. */
  readonly paths: Readonly<Record<string, string>>;
  /** Whether the files say all about their inputs and outputs that the spec could contradict. */
  readonly isKnown: boolean;
  /** SAM's file of prompts, if the spec names one. */
  readonly prompts: string | undefined;
}

/** A model with a network to run, its files on this machine. */
export type OnnxModel = ReadyModel<NetworkSpec, OnnxAssets>;

/**
 * Makes all files that a model consists of available on this machine, and looks whether they are fed and read as their inputs and
 * outputs want it. The model's sha256 is that of the one file, or of the hashes of all of them by role.
 *
 * @throws MaskbenchError as `ensureModelFile` does, `model.signature` where the files contradict the spec, or `data.missing`
 *   for a file of prompts.
 */
export async function ensureOnnx(
  { spec, folder }: LoadedSpec<NetworkSpec>,
  options: Omit<EnsureOptions, 'name' | 'baseDir'>,
): Promise<OnnxModel> {
  await ensureEngine(options);
  const ensured = await ensureModelFiles(spec.files, { ...options, name: spec.name, baseDir: folder });
  const paths: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  const ends: Record<string, NetworkEnds> = {};
  for (const [role, file] of Object.entries(ensured)) {
    paths[role] = file.path;
    hashes[role] = file.sha256;
    ends[role] = endsIn(file.path);
  }
  const isKnown = feedingOf(spec).checkEnds(ends);
  const file = spec.feeding === 'sam' ? spec.prompts.file : undefined;
  const prompts = file === undefined ? undefined : await existingFile(resolve(folder, file));
  if (prompts !== undefined) hashes['prompts'] = await hashFile(prompts);
  const [only, ...others] = Object.values(hashes);
  return {
    spec,
    sha256: others.length === 0 ? only : sha256(canonicalJson(hashes)),
    bytes: Object.values(ensured).reduce((sum, { bytes }) => sum + bytes, 0),
    assets: { paths, isKnown, prompts },
  };
}

/** What goes in and out of a network by its file. */
function endsIn(path: string): NetworkEnds {
  const { inputs, outputs } = inspectOnnx(path);
  const values = (list: typeof inputs): NetworkEnds['inputs'] =>
    list.map(({ name, dtype, shape = [] }) => ({
      name,
      type: dtype,
      shape: shape.map((size) => size ?? '?'),
    }));
  return { path, inputs: values(inputs), outputs: values(outputs) };
}

/** What a model is asked of each image; nothing, unless it is promptable. */
export async function promptsOf({ spec, assets }: OnnxModel): Promise<PromptOf> {
  return spec.feeding === 'sam' ? openPrompts(spec.prompts, assets.prompts) : () => undefined;
}
