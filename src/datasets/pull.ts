import { mkdir, readdir, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import { throwIfCancelled } from '../core/cancelled.js';
import { hashFile } from '../core/hash-file.js';
import { type HubAccess, locateHubFile } from './hub.js';
import type { ResolvedDataset } from './resolve.js';
import type { HubSource } from './dataset-fields.js';
import { unpackZip } from './unpack-zip.js';
import { layoutOf } from './layouts/index.js';
import { isLitter } from './scan-folder.js';
import type { DatasetSpec } from './spec.js';

/**
 * Loads a file over HTTPS: resumes a partial one, and puts a file at `target` only once its bytes have the SHA-256
 * expected. The caller gives it, so that datasets and models are loaded by the same code.
 */
export type Download = (url: string, request: DownloadRequest) => Promise<void>;

interface DownloadRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly expectedSha256: string;
  readonly bytes: number;
  readonly target: string;
  readonly onProgress: ((bytes: number) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

export type PullProgress =
  | {
      readonly phase: 'download';
      readonly done: number;
      readonly total: number;
      readonly unit: 'bytes';
    }
  | {
      readonly phase: 'unpack';
      readonly done: number;
      readonly total: number;
      readonly unit: 'files';
    };

export interface PullOptions {
  readonly download: Download;
  readonly hub?: HubAccess;
  /** The user has read the dataset's terms and accepts them. */
  readonly acceptTerms?: boolean;
  /** Keep the archive beside the root after unpacking. */
  readonly keepArchive?: boolean;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
}

type PullResult =
  | { readonly kind: 'present'; readonly root: string }
  | {
      readonly kind: 'pulled';
      readonly root: string;
      readonly files: number;
      readonly bytes: number;
    }
  /** Nothing was loaded: a person has to. */
  | {
      readonly kind: 'manual';
      readonly root: string;
      readonly url: string;
      readonly instructions: string;
    };

/**
 * Gets a dataset's files: from the hub at a pinned commit, checked and unpacked beside the root and then renamed, so that
 * a root is complete or not there; or says exactly how to get them by hand.
 *
 * @throws MaskbenchError `source.forbidden` if terms must be accepted first, `source.unreachable`, `source.checksum`,
 * `disk.full`, `data.missing` if the archive holds something else, or what `unpackZip` and the download throw.
 */
export async function pullDataset(dataset: ResolvedDataset, options: PullOptions): Promise<PullResult> {
  const { spec, root } = dataset;
  const { source, terms } = spec;
  const there = await readdir(root).catch(() => []);
  if (there.length > 0) return { kind: 'present', root };
  if (source === undefined) {
    throw new MaskbenchError('source.unreachable', `dataset "${spec.name}" names no source`, {
      where: root,
      remedy: 'put its files there by hand, or give it a source',
    });
  }
  if (source.kind === 'manual') {
    return {
      kind: 'manual',
      root,
      url: source.url,
      instructions: source.instructions,
    };
  }
  if (terms?.mustAccept === true && options.acceptTerms !== true) {
    throw new MaskbenchError('source.forbidden', `the terms of "${spec.name}" must be accepted first`, {
      where: terms.url,
      remedy: 'read them there, then repeat with --accept-terms',
    });
  }
  await mkdir(dirname(root), { recursive: true });
  const archive = `${root}.zip`;
  await fetchArchive(source, archive, options);
  const unpacked = await unpackInto(dataset, archive, options);
  if (options.keepArchive !== true) await rm(archive, { force: true });
  return { kind: 'pulled', root, ...unpacked };
}

async function fetchArchive(
  source: HubSource,
  archive: string,
  { download, hub, onProgress, signal }: PullOptions,
): Promise<void> {
  // A whole archive is left by a pull that was stopped while it unpacked.
  const before = await stat(archive).catch(() => undefined);
  if (before?.size === source.bytes && (await hashFile(archive)) === source.sha256) return;
  throwIfCancelled(signal);
  await requireSpace(dirname(archive), source.bytes * 2);
  const { url, headers } = await locateHubFile(source, hub);
  await download(url, {
    headers,
    expectedSha256: source.sha256,
    bytes: source.bytes,
    target: archive,
    onProgress:
      onProgress &&
      ((done) =>
        onProgress({
          phase: 'download',
          done,
          total: source.bytes,
          unit: 'bytes',
        })),
    signal,
  });
  const found = await hashFile(archive);
  if (found === source.sha256) return;
  await rm(archive, { force: true });
  throw new MaskbenchError(
    'source.checksum',
    `loaded a file with the sha256 ${found}, pinned is ${source.sha256}`,
    {
      where: url,
      remedy: 'repeat; if it stays, do not use this source',
    },
  );
}

/** Archive and files stand side by side for a while; masks and photographs hardly shrink in a zip. */
async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new MaskbenchError('disk.full', `needs about ${gigabytes(bytes)}, ${gigabytes(free)} are free`, {
    where: folder,
    remedy: 'make room, or set MASKBENCH_DATA to a larger disk',
  });
}

async function unpackInto(
  { spec, root }: ResolvedDataset,
  archive: string,
  { onProgress, signal }: PullOptions,
): Promise<{ files: number; bytes: number }> {
  const scratch = `${root}.unpacking`;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  try {
    const unpacked = await unpackZip(archive, scratch, {
      onProgress: (done, total) => onProgress?.({ phase: 'unpack', done, total, unit: 'files' }),
      ...(signal === undefined ? {} : { signal }),
    });
    const base = await findLayoutRoot(spec, scratch);
    // An empty root may be there already; not every system renames over it.
    await rmdir(root).catch(() => undefined);
    await rename(base, root);
    return unpacked;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * The folder in an unpacked archive from which the layout holds: archives of one dataset differ in how many folders
 * they wrap around it.
 *
 * @throws MaskbenchError `data.missing` if it holds from none.
 */
async function findLayoutRoot(spec: DatasetSpec, unpacked: string): Promise<string> {
  let folder = unpacked;
  for (;;) {
    if (await hasSamples(spec, folder)) return folder;
    const entries = await readdir(folder, { withFileTypes: true });
    const [only, ...others] = entries.filter((entry) => entry.isDirectory() && !isLitter(entry.name));
    if (only === undefined || others.length > 0) break;
    folder = join(folder, only.name);
  }
  throw new MaskbenchError('data.missing', `no sample of dataset "${spec.name}" among the unpacked files`, {
    where: unpacked,
    remedy: `expected the layout ${layoutOf(spec).summary}`,
  });
}

async function hasSamples(spec: DatasetSpec, root: string): Promise<boolean> {
  try {
    for await (const entry of layoutOf(spec).list(spec, root)) if (entry.kind === 'sample') return true;
  } catch (error) {
    if (!(error instanceof MaskbenchError && error.code === 'data.missing')) throw error;
  }
  return false;
}
