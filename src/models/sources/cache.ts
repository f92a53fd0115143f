import { copyFile, link, mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { joinInside } from '../../core/safe-path.js';
import { syncFolder } from '../../core/sync.js';
import { writeWhole } from '../../core/write-whole.js';
import { digestFile, type Digests } from './digest.js';
import { cacheKeyOf } from './pins.js';
import type { Expected } from './expected.js';
import { ownedName } from './owner.js';
import type { ExternalFile } from '../onnx/inspect.js';
import type { ModelFileSource } from './source-types.js';

/** Where unfinished files of a cache lie: on its own file system, so that they can be renamed into place. */
export function temporaryFolder(cacheDir: string): string {
  return join(cacheDir, 'tmp');
}

/** A file in the cache. */
export interface CachedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The commit that a hub source was resolved to. */
  readonly revision: string | undefined;
  /** Of a network that was found whole: the files that its weights are in besides. */
  readonly weights?: readonly ExternalFile[] | undefined;
}

const nameSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  revision: z.string().optional(),
});
const recordSchema = z.object({
  bytes: z.number(),
  mtimeMs: z.number(),
  from: z.string(),
  weights: z.array(z.object({ location: z.string(), bytes: z.number() })).optional(),
});

/**
 * The cached file of a source, if there is one. Its bytes are taken as good while its size and time stamp are those it
 * came in with; else they are hashed again, and removed if they are not what they were.
 */
export async function findCached(
  cacheDir: string,
  source: ModelFileSource,
  ending: Expected['ending'],
): Promise<CachedFile | undefined> {
  const cached = await whereCached(cacheDir, source, ending);
  if (cached === undefined) return undefined;
  const { path } = cached;
  const record = await readJson(recordPath(path), recordSchema);
  const { mtimeMs } = await stat(path);
  if (record !== undefined && record.bytes === cached.bytes && record.mtimeMs === mtimeMs)
    return { ...cached, weights: record.weights };
  const digests = await digestFile(path);
  if (digests.sha256 !== cached.sha256) {
    await removeCached(path);
    return undefined;
  }
  await writeRecord(path, record?.from ?? 'unknown');
  return cached;
}

/** Keeps what a look into a network's file has found, for as long as the file stays as it is. */
export async function rememberWeights({ path }: CachedFile, weights: readonly ExternalFile[]): Promise<void> {
  const record = await readJson(recordPath(path), recordSchema);
  if (record !== undefined) await writeJson(recordPath(path), { ...record, weights });
}

/** Where the cached file of a source lies, whatever is in it, with the hash that it should have. */
export async function whereCached(
  cacheDir: string,
  source: ModelFileSource,
  ending: Expected['ending'],
): Promise<CachedFile | undefined> {
  // A sha256 is its own name, whichever source the bytes came from.
  const sha256 = source.sha256 ?? (await lookUp(cacheDir, source))?.sha256;
  if (sha256 === undefined) return undefined;
  const path = blobPath(cacheDir, sha256, ending);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return { path, sha256, bytes: found.size, revision: (await lookUp(cacheDir, source))?.revision };
}

/** Puts a finished part in its place, by one rename: two processes may do so at once, with the same bytes. */
export async function storeInCache(
  cacheDir: string,
  partPath: string,
  digests: Digests,
  from: {
    readonly source: ModelFileSource;
    readonly ending: Expected['ending'];
    readonly description: string;
    readonly revision?: string | undefined;
  },
): Promise<CachedFile> {
  const path = blobPath(cacheDir, digests.sha256, from.ending);
  await mkdir(dirname(path), { recursive: true });
  // A part that was taken over keeps an old time stamp; the new one tells a replaced file from the recorded one.
  const now = new Date();
  await utimes(partPath, now, now);
  await rename(partPath, path);
  await syncFolder(dirname(path));
  await writeRecord(path, from.description);
  const entry = { sha256: digests.sha256, revision: from.revision };
  const keys = new Set([
    cacheKeyOf(from.source),
    ...(digests.md5 === undefined ? [] : [`md5-${digests.md5}`]),
  ]);
  for (const key of keys) await writeJson(namePath(cacheDir, key), entry);
  return { path, sha256: digests.sha256, bytes: digests.bytes, revision: from.revision };
}

/**
 * Links the cached files of one model into a folder of its own, each under the name that the model has for it.
 *
 * @param sha256 of all of them.
 * @returns the path of the model's file there.
 */
export async function linkTogether(
  cacheDir: string,
  sha256: string,
  graph: string,
  data: readonly { readonly location: string; readonly path: string }[],
): Promise<string> {
  const folder = join(cacheDir, 'models', sha256);
  const path = join(folder, basename(graph));
  for (const file of data) await linkFile(file.path, joinInside(folder, file.location));
  await linkFile(graph, path);
  return path;
}

/** A second name for a file's bytes, or a copy where the disk knows no links. Two processes may do so at once. */
async function linkFile(from: string, to: string): Promise<void> {
  const [wanted, there] = [await stat(from), await stat(to).catch(() => undefined)];
  if (there?.size === wanted.size && Math.abs(there.mtimeMs - wanted.mtimeMs) < 2) return;
  await mkdir(dirname(to), { recursive: true });
  const draft = join(dirname(to), ownedName(basename(to), 'tmp'));
  await link(from, draft).catch(async () => {
    await copyFile(from, draft);
    await utimes(draft, wanted.atime, wanted.mtime);
  });
  await rename(draft, to);
  // Two names of the same bytes stay two when one is renamed to the other.
  await rm(draft, { force: true });
}

/** Makes the next look-up hash a cached file, and replace it if it is not what it was. */
export async function doubtCached(path: string): Promise<void> {
  await rm(recordPath(path), { force: true });
}

/** Forgets a cached file. */
export async function removeCached(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(recordPath(path), { force: true });
}

type Name = z.output<typeof nameSchema>;

function lookUp(cacheDir: string, source: ModelFileSource): Promise<Name | undefined> {
  return readJson(namePath(cacheDir, cacheKeyOf(source)), nameSchema);
}

function blobPath(cacheDir: string, sha256: string, ending: Expected['ending']): string {
  return join(cacheDir, 'models', `${sha256}.${ending}`);
}

function recordPath(blob: string): string {
  return blob.replace(/\.(onnx|data)$/, '.json');
}

function namePath(cacheDir: string, key: string): string {
  return join(cacheDir, 'names', `${key}.json`);
}

async function writeRecord(path: string, from: string): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  await writeJson(recordPath(path), { bytes: size, mtimeMs, from });
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify(value)}\n`);
}

/** A torn or foreign file counts as none: everything in it can be found out again. */
async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | undefined> {
  try {
    const result = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
