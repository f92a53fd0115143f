import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { externalFilesIn } from '../onnx/inspect.js';
import { besideSource } from './beside.js';
import { resolveCacheDir } from '../../core/cache-folder.js';
import { linkTogether } from './cache.js';
import {
  ensureFile,
  explainCacheError,
  findInCache,
  type EnsuredFile,
  type EnsureOptions,
} from './ensure-file.js';
import { GRAPH, weightsFile, type Expected } from './expected.js';
import { lacksPin } from './pins.js';
import { describeSource } from './source-text.js';
import type { ModelFileSource, ModelFiles } from './source-types.js';

/** What tells where a network's weights are. */
type Located = Pick<EnsuredFile, 'path' | 'from' | 'source' | 'revision' | 'weights'>;

/** A network on this machine: the file to load, and all that its weights are in. */
export interface EnsuredModel extends Omit<EnsuredFile, 'weights'> {
  /** Of the one file; where weights lie in others, of the hashes of all of them. */
  readonly sha256: string;
  /** Of all files together. */
  readonly bytes: number;
  /** Files that its weights are in besides. */
  readonly data: readonly WeightsFile[];
}

interface WeightsFile extends Omit<EnsuredFile, 'weights'> {
  /** Its path in the model's folder, with forward slashes. */
  readonly location: string;
}

/**
 * Makes a network available, with the files that its weights are in: each as `ensureFile` does. `mirrors` hold identical
 * bytes, best first.
 *
 * @throws MaskbenchError as `ensureFile` does; `config.invalid` for weights without a checksum, or for a checksum of a
 *   file that the model does not have; `data.unsafe-path` for weights outside the model's folder, or linked out of it.
 */
export async function ensureModelFile(
  mirrors: ModelFileSource | readonly ModelFileSource[],
  options: EnsureOptions = {},
): Promise<EnsuredModel> {
  const sources = isList(mirrors) ? mirrors : [mirrors];
  const { weights, ...graph } = await ensureFile(sources, GRAPH, options);
  const data: WeightsFile[] = [];
  for (const { location, expected, from } of weightsOf({ ...graph, weights }, sources)) {
    const name = options.name === undefined ? {} : { name: `${options.name} (${location})` };
    const { weights: _none, ...file } = await ensureFile(from, expected, { ...options, ...name });
    data.push({ location, ...file });
  }
  if (data.length === 0) return { ...graph, data };
  const all = [graph, ...data];
  const model = {
    ...graph,
    sha256: sha256OfAll(graph.sha256, data),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    from: all.find(({ from }) => from === 'download')?.from ?? graph.from,
    data,
  };
  if (graph.from === 'file') {
    await assertBeside(graph.path, data);
    return model;
  }
  // ONNX Runtime looks for the weights beside the model, by the names that it has for them.
  const cacheDir = resolveCacheDir(options.cacheDir, options.env);
  const path = await linkTogether(cacheDir, model.sha256, graph.path, data).catch((error: unknown) => {
    throw explainCacheError(error, cacheDir);
  });
  return { ...model, path };
}

/**
 * ONNX Runtime follows a link to weights only to where the model itself lies, or the file that its name is a link to (as in the
 * hub client's cache). Else it would load nothing, picture by picture.
 */
async function assertBeside(graph: string, data: readonly WeightsFile[]): Promise<void> {
  const folders = [await realpath(dirname(graph)), dirname(await realpath(graph))];
  for (const { location, path } of data) {
    const target = await realpath(path);
    if (folders.some((folder) => target.startsWith(folder + sep))) continue;
    throw new MaskbenchError('data.unsafe-path', `"${location}" is a link out of the model's folder`, {
      where: path,
      remedy: 'ONNX Runtime does not follow it: copy the file here, or name the model where its weights are',
    });
  }
}

/** What a network's bytes come to: its file's hash, and with weights in others that of all hashes. */
export function sha256OfAll(
  graph: string,
  data: readonly { readonly location: string; readonly sha256: string }[],
): string {
  if (data.length === 0) return graph;
  const hashes = Object.fromEntries(data.map((file) => [file.location, file.sha256]));
  return sha256(canonicalJson({ model: graph, data: hashes }));
}

/** `ensureModelFile` for every role of a model. */
export async function ensureModelFiles(
  files: ModelFiles,
  options: EnsureOptions = {},
): Promise<Readonly<Record<string, EnsuredModel>>> {
  const ensured: Record<string, EnsuredModel> = {};
  for (const [role, mirrors] of Object.entries(files))
    ensured[role] = await ensureModelFile(mirrors, options);
  return ensured;
}

/** Whether a network can be had without fetching anything. No file is hashed. */
export async function isHere(
  sources: readonly ModelFileSource[],
  options: Pick<EnsureOptions, 'baseDir' | 'cacheDir' | 'env'> = {},
): Promise<boolean> {
  const cacheDir = resolveCacheDir(options.cacheDir, options.env);
  const find = async (
    mirrors: readonly ModelFileSource[],
    expected: Expected,
  ): Promise<Located | undefined> => {
    const inCache = await findInCache(mirrors, expected, cacheDir);
    if (inCache.kind === 'found') return inCache.file;
    for (const source of mirrors) {
      if (source.kind !== 'file') continue;
      const path = resolve(options.baseDir ?? process.cwd(), source.path);
      if (existsSync(path))
        return { path, from: 'file', source: describeSource(source), revision: undefined };
    }
    return undefined;
  };
  const graph = await find(sources, GRAPH);
  if (graph === undefined) return false;
  try {
    for (const { expected, from } of weightsOf(graph, sources)) {
      if ((await find(from, expected)) === undefined) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof MaskbenchError) return false;
    throw error;
  }
}

/** The files that a network's weights are in, each with what it has to be and where it comes from. */
export function weightsOf(
  graph: Located,
  sources: readonly ModelFileSource[],
): readonly {
  readonly location: string;
  readonly expected: Expected;
  readonly from: readonly ModelFileSource[];
}[] {
  const externalFiles = graph.weights ?? externalFilesIn(graph.path);
  const pinned = Object.keys(sources[0]?.data ?? {});
  const stranger = pinned.find((name) => externalFiles.every(({ location }) => location !== name));
  if (stranger !== undefined) {
    const names = externalFiles.map(({ location }) => `"${location}"`).join(', ');
    throw new MaskbenchError('config.invalid', `the model has no weights in "${stranger}"`, {
      where: graph.source,
      remedy: names === '' ? 'they are all in the model itself: drop "data"' : `they are in ${names}`,
    });
  }
  // A file of the user's own has its weights beside it, and a fetched one where it was fetched.
  const alike = sources.filter(({ kind }) => (kind === 'file') === (graph.from === 'file'));
  return externalFiles.map((file) => {
    const from = alike.map((source) =>
      besideSource(
        source,
        file.location,
        describeSource(source) === graph.source ? graph.revision : undefined,
      ),
    );
    const trusted = from.filter((source) => !lacksPin(source));
    if (trusted.length === 0) throw unpinned(file.location, graph.source);
    return { location: file.location, expected: weightsFile(file), from: trusted };
  });
}

function unpinned(location: string, where: string): MaskbenchError {
  return new MaskbenchError('config.invalid', `its weights are in "${location}", which has no checksum`, {
    where,
    remedy: `add data: { "${location}": { sha256: ... } } to the source (or say in "unpinned" why there is none)`,
  });
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
