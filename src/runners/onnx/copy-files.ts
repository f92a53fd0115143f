import { basename, dirname, join, posix } from 'node:path';
import { externalFilesIn } from '../../models/onnx/inspect.js';
import type { FileSource } from '../../models/sources/source-types.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import type { CopiedFile } from '../runner.js';
import type { OnnxModel } from './ensure.js';

type Put = (path: string, name: string) => Promise<CopiedFile>;

/** As `Runner.copied`: each network in a folder of its own, with the files that its weights are in beside it. */
export async function copyOnnxFiles({ spec, assets }: OnnxModel, put: Put): Promise<NetworkSpec> {
  const files: Record<string, readonly FileSource[]> = {};
  for (const [role, path] of Object.entries(assets.paths)) files[role] = [await copyNetwork(path, role, put)];
  const copied = { ...spec, files } as NetworkSpec;
  if (copied.feeding !== 'sam' || assets.prompts === undefined) return copied;
  const prompts = await put(assets.prompts, `prompts/${basename(assets.prompts)}`);
  return { ...copied, prompts: { ...copied.prompts, file: prompts.path } };
}

async function copyNetwork(path: string, role: string, put: Put): Promise<FileSource> {
  const data: Record<string, { readonly sha256: string }> = {};
  for (const { location } of externalFilesIn(path)) {
    const { sha256 } = await put(join(dirname(path), location), posix.join(role, location));
    data[location] = { sha256 };
  }
  const network = await put(path, posix.join(role, basename(path)));
  return { kind: 'file', ...network, ...(Object.keys(data).length === 0 ? {} : { data }) };
}
