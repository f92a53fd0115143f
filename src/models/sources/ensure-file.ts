import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { isDiskFull } from '../../core/failure.js';
import { systemCode } from '../../core/system-code.js';
import { resolveCacheDir } from '../../core/cache-folder.js';
import { findCached, rememberWeights, removeCached, type CachedFile } from './cache.js';
import type { ExternalFile } from '../onnx/inspect.js';
import { checksumError, digestFile, mismatch } from './digest.js';
import { asDiskFull } from './disk.js';
import type { Expected } from './expected.js';
import { pinsOf } from './pins.js';
import type { OnProgress } from './progress.js';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.js';
import { describeSource, fileNameOf } from './source-text.js';
import type { FileSource, ModelFileSource } from './source-types.js';

export interface EnsureOptions {
  /** What the file is called in progress and messages; its own name if not said. */
  readonly name?: string;
  /** The folder that `file:` sources are relative to; the working directory if not said. */
  readonly baseDir?: string;
  readonly cacheDir?: string;
  /** Never go to the network. MASKBENCH_OFFLINE=1 says the same. */
  readonly offline?: boolean;
  /** Registered sources that may be unpacked on the way if they lie in the very tarball that is being fetched. */
  readonly alsoWanted?: readonly ModelFileSource[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  readonly retry?: Partial<RetryPolicy>;
  readonly env?: NodeJS.ProcessEnv;
}

/** A file on this machine whose bytes are the pinned ones. */
export interface EnsuredFile extends CachedFile {
  readonly from: 'file' | 'cache' | 'download';
  /** The source that it came from, or would have come from. */
  readonly source: string;
}

/**
 * Makes one file available: the user's own, or the cached one, or a download from the first of its sources that works.
 * Everything is checked against the pins, and for being what is expected; `sources` hold identical bytes, best first.
 *
 * @throws MaskbenchError `source.unreachable`, `source.transient`, `source.forbidden`, `source.checksum`, `model.load`, `disk.full`,
 *   `data.missing`, `cancelled`.
 */
export async function ensureFile(
  sources: readonly ModelFileSource[],
  expected: Expected,
  options: EnsureOptions,
): Promise<EnsuredFile> {
  const env = options.env ?? process.env;
  const cacheDir = resolveCacheDir(options.cacheDir, env);
  throwIfCancelled(options.signal);
  const inCache = await findInCache(sources, expected, cacheDir);
  if (inCache.kind === 'found') return inCache.file;
  const offline = isOffline(options.offline, env);
  const failures: { readonly source: ModelFileSource; readonly error: MaskbenchError }[] = [];
  for (const source of sources) {
    try {
      if (source.kind === 'file') return await ensureOwnFile(source, expected, options);
      if (offline) throw offlineError(source, expected, inCache.faults);
      const retry = { ...DEFAULT_RETRY, ...options.retry };
      const name = options.name ?? fileNameOf(source);
      // Loaded here: what is in the cache needs none of it.
      const { download } = await import('./download.js');
      const file = await download(source, { ...options, name, expected, cacheDir, env, retry });
      for (const { path } of inCache.faults) if (path !== file.path) await removeCached(path);
      return { ...file, from: 'download', source: describeSource(source) };
    } catch (cause) {
      const error = explainCacheError(cause, cacheDir);
      // Another mirror can mend neither a full disk nor an impatient user.
      if (!MENDABLE.test(error.code)) throw error;
      failures.push({ source, error });
      if (failures.length < sources.length && !offline) report(options, source, error);
    }
  }
  throw combine(failures);
}

/** Whether the network may not be used: as the caller says, or else the environment. */
export function isOffline(said: boolean | undefined, env: NodeJS.ProcessEnv): boolean {
  return said ?? ['1', 'true'].includes(env.MASKBENCH_OFFLINE ?? '');
}

/** Failures of one source after which the next is tried. */
const MENDABLE = /^(source\.|data\.missing$|model\.load$)/;

/** A cached file that is not what it should be: earlier versions kept whatever came. */
interface Fault {
  readonly path: string;
  readonly error: MaskbenchError;
}

type InCache =
  | { readonly kind: 'found'; readonly file: EnsuredFile }
  | { readonly kind: 'none'; readonly faults: readonly Fault[] };

/** The cached file of the first source that has one, and that is what is expected. Nothing is fetched. */
export async function findInCache(
  sources: readonly ModelFileSource[],
  expected: Expected,
  cacheDir: string,
): Promise<InCache> {
  const faults: Fault[] = [];
  for (const source of sources) {
    const cached = source.kind === 'file' ? undefined : await findCached(cacheDir, source, expected.ending);
    if (cached === undefined) continue;
    try {
      const weights = await wholeWith(cached, expected);
      return { kind: 'found', file: { ...cached, weights, from: 'cache', source: describeSource(source) } };
    } catch (error) {
      if (!(error instanceof MaskbenchError) || error.code !== 'model.load') throw error;
      faults.push({ path: cached.path, error });
    }
  }
  return { kind: 'none', faults };
}

/** A network of many nodes is walked through once, and not for every list of models. */
async function wholeWith(cached: CachedFile, expected: Expected): Promise<readonly ExternalFile[]> {
  if (expected.ending === 'data') return expected.assertWhole(cached.path);
  if (cached.weights !== undefined) return cached.weights;
  const weights = expected.assertWhole(cached.path);
  // A cache that can only be read serves all the same.
  await rememberWeights(cached, weights).catch(() => undefined);
  return weights;
}

async function ensureOwnFile(
  source: FileSource,
  expected: Expected,
  { baseDir, signal }: EnsureOptions,
): Promise<EnsuredFile> {
  const path = resolve(baseDir ?? process.cwd(), source.path);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) {
    throw new MaskbenchError(
      'data.missing',
      found === undefined ? `no such ${expected.what}` : 'not a file',
      {
        where: path,
        remedy: expected.missingRemedy,
      },
    );
  }
  const weights = expected.assertWhole(path);
  const digests = await digestFile(path, source.md5 !== undefined, signal);
  const difference = mismatch(pinsOf(source), digests);
  if (difference !== undefined) {
    throw checksumError(
      `the ${expected.what}`,
      difference,
      path,
      'put the right file there, or correct its checksum',
    );
  }
  const { sha256, bytes } = digests;
  return { path, sha256, bytes, weights, from: 'file', source: describeSource(source), revision: undefined };
}

function offlineError(
  source: ModelFileSource,
  { what }: Expected,
  [fault]: readonly Fault[],
): MaskbenchError {
  const inCache =
    fault === undefined ? `the ${what} is not in the cache` : `the cache holds ${fault.error.message}`;
  return new MaskbenchError('source.unreachable', `${inCache}, and the network may not be used`, {
    where: describeSource(source),
    remedy:
      'run "maskbench models pull" once without MASKBENCH_OFFLINE, or bring the cache folder from elsewhere',
  });
}

function report({ onProgress, name }: EnsureOptions, source: ModelFileSource, error: MaskbenchError): void {
  onProgress?.({
    kind: 'source-failed',
    name: name ?? fileNameOf(source),
    source: describeSource(source),
    reason: error.message,
  });
}

function combine(
  failures: readonly { readonly source: ModelFileSource; readonly error: MaskbenchError }[],
): MaskbenchError {
  const [first] = failures;
  if (first === undefined) return new MaskbenchError('config.invalid', 'a model file without a source');
  if (failures.length === 1) return first.error;
  const each = failures.map(({ source, error }) => `${describeSource(source)}: ${error.message}`);
  // What one of them may give another time is worth another try.
  const again = failures.find(({ error }) => error.code === 'source.transient');
  const remedies = new Set(failures.map(({ error }) => error.remedy).filter((text) => text !== undefined));
  return new MaskbenchError(
    (again ?? first).error.code,
    `none of the ${failures.length} sources gave the file: ${each.join('; ')}`,
    { remedy: [...remedies].join('; or '), cause: first.error },
  );
}

/** A cache folder that cannot be written to is the user's to mend, and no bug. */
export function explainCacheError(error: unknown, cacheDir: string): MaskbenchError {
  if (error instanceof MaskbenchError) return error;
  if (isDiskFull(error)) return asDiskFull(error, cacheDir, undefined) as MaskbenchError;
  const code = systemCode(error);
  const known = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code);
  if (!known) throw error;
  return new MaskbenchError('config.invalid', `the cache folder cannot be written to (${code})`, {
    where: cacheDir,
    remedy: 'set MASKBENCH_CACHE to a folder of yours',
    cause: error,
  });
}
