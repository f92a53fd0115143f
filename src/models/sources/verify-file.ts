import { MaskbenchError } from '../../core/errors.js';
import { resolveCacheDir } from '../../core/cache-folder.js';
import { doubtCached, whereCached, type CachedFile } from './cache.js';
import { checksumError, digestFile, mismatch } from './digest.js';
import { ensureModelFile, sha256OfAll, weightsOf } from './pull.js';
import type { EnsureOptions } from './ensure-file.js';
import { GRAPH, type Expected } from './expected.js';
import { pinsOf } from './pins.js';
import { describeSource } from './source-text.js';
import type { ModelFileSource } from './source-types.js';

/** What became of a network's files. */
export type FileVerification =
  | { readonly kind: 'absent' }
  /** `sha256` of all of them. */
  | { readonly kind: 'intact'; readonly sha256: string }
  | { readonly kind: 'damaged'; readonly error: MaskbenchError };

/**
 * Hashes and parses a network's files again: the user's own, or those in the cache. Nothing is removed or fetched: that is the
 * next pull's business.
 *
 * @throws MaskbenchError `cancelled`.
 */
export async function verifyModelFile(
  sources: readonly ModelFileSource[],
  options: EnsureOptions,
): Promise<FileVerification> {
  try {
    if (sources[0]?.kind === 'file') {
      const { sha256 } = await ensureModelFile(sources, { ...options, offline: true });
      return { kind: 'intact', sha256 };
    }
    const graph = await verifyCached(sources, GRAPH, options);
    if (graph === undefined) return { kind: 'absent' };
    const data: { location: string; sha256: string }[] = [];
    for (const { location, expected, from } of weightsOf({ ...graph, from: 'cache' }, sources)) {
      const file = await verifyCached(from, expected, options);
      if (file === undefined) {
        throw new MaskbenchError('source.unreachable', `the ${expected.what} is not in the cache`);
      }
      data.push({ location, sha256: file.sha256 });
    }
    return { kind: 'intact', sha256: sha256OfAll(graph.sha256, data) };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.code === 'cancelled') throw error;
    return { kind: 'damaged', error };
  }
}

/** The cached file of the first source that has one. */
async function verifyCached(
  sources: readonly ModelFileSource[],
  expected: Expected,
  { cacheDir, env, signal }: EnsureOptions,
): Promise<(CachedFile & { readonly source: string }) | undefined> {
  for (const source of sources) {
    const cached = await whereCached(resolveCacheDir(cacheDir, env), source, expected.ending);
    if (cached === undefined) continue;
    const { path, sha256 } = cached;
    const digests = await digestFile(path, source.md5 !== undefined, signal);
    const difference = mismatch({ ...pinsOf(source), sha256 }, digests);
    if (difference !== undefined) {
      await doubtCached(path);
      throw checksumError('the file', difference, path, '"maskbench models pull" replaces it');
    }
    expected.assertWhole(path);
    return { ...cached, source: describeSource(source) };
  }
  return undefined;
}
