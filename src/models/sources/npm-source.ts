import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { findResource, type Resource } from './chunked-resource.js';
import { createDigester, digestFile, type Digester, type Digests } from './digest.js';
import { asDiskFull, requireSpace } from './disk.js';
import { packTarball } from './npm-client.js';
import { ownedName, prepareFolder } from './owner.js';
import { describeSource } from './source-text.js';
import { checkIntegrity, readMembers, type MemberSink } from './tarball.js';
import type { NpmSource } from './source-types.js';

interface PackageRequest {
  /** Sources of one tarball: the first is asked for, the others are unpacked while it is open. */
  readonly wanted: readonly [NpmSource, ...NpmSource[]];
  /** Folder for unfinished files, on the file system of their final place. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (received: number, total: number | undefined) => void;
}

/** A file out of a package, on the disk under a temporary name. Its pins have not been compared. */
interface UnpackedFile {
  readonly source: NpmSource;
  readonly path: string;
  readonly digests: Digests;
}

/**
 * Fetches a package's tarball through the npm client, checks it against its integrity, and hands over the files
 * wanted of it one by one. Whatever was not moved away is removed at the end, the tarball too.
 */
export async function fetchFromPackage(
  request: PackageRequest,
  handOver: (file: UnpackedFile) => Promise<void>,
): Promise<void> {
  const [first] = request.wanted;
  const key = `npm-${sha256(`${first.package}@${first.version}`).slice(0, 16)}`;
  await prepareFolder(request.folder);
  const folder = join(request.folder, ownedName(key, 'dir'));
  await mkdir(folder);
  try {
    const { package: name, version } = first;
    const packed = await packTarball({ ...request, package: name, version, folder });
    await checkIntegrity(packed, first.integrity, describeSource(first));
    throwIfCancelled(request.signal);
    const targets = await planTargets(request.wanted, packed, folder);
    await unpack(targets, packed, request);
    for (const { source, path } of targets) {
      await handOver({ source, path, digests: await digestFile(path, source.md5 !== undefined) });
    }
  } catch (error) {
    throw asDiskFull(error, request.folder, undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One file to be made from the tarball. */
interface Target {
  readonly source: NpmSource;
  readonly path: string;
  readonly content:
    | { readonly kind: 'member'; readonly member: string }
    | { readonly kind: 'chunks'; readonly resource: Resource; readonly folder: string };
}

async function planTargets(
  wanted: readonly NpmSource[],
  tarball: string,
  folder: string,
): Promise<readonly Target[]> {
  const indexes = new Map<string, Buffer[]>();
  for (const { resource, index } of wanted) if (resource !== undefined) indexes.set(index, []);
  if (indexes.size > 0) {
    await readMembers(tarball, (path) => {
      const pieces = indexes.get(path);
      return pieces === undefined ? undefined : (chunk) => void pieces.push(Buffer.from(chunk));
    });
  }
  return wanted.map((source, i): Target => {
    const path = join(folder, `${i}.part`);
    if (source.resource === undefined) {
      return { source, path, content: { kind: 'member', member: source.path ?? '' } };
    }
    const text = Buffer.concat(indexes.get(source.index) ?? []).toString('utf8');
    if (text === '') throw missing(source, source.index);
    const resource = findResource(text, source.resource, describeSource(source));
    return { source, path, content: { kind: 'chunks', resource, folder: dirname(source.index) } };
  });
}

/** A stretch of a target that a member of the tarball fills. */
interface Slot {
  readonly handle: FileHandle;
  readonly source: NpmSource;
  readonly at: number;
  readonly chunk: { readonly sha256: string; readonly bytes: number } | undefined;
}

async function unpack(targets: readonly Target[], tarball: string, request: PackageRequest): Promise<void> {
  const handles: FileHandle[] = [];
  try {
    const slots = new Map<string, Slot[]>();
    for (const { source, path, content } of targets) {
      const handle = await open(path, 'w');
      handles.push(handle);
      const add = (member: string, slot: Omit<Slot, 'handle' | 'source'>): void => {
        slots.set(member, [...(slots.get(member) ?? []), { handle, source, ...slot }]);
      };
      if (content.kind === 'member') add(content.member, { at: 0, chunk: undefined });
      else {
        await requireSpace(request.folder, content.resource.bytes);
        for (const { sha256: hash, from, to } of content.resource.chunks) {
          add(join(content.folder, hash).replaceAll('\\', '/'), {
            at: from,
            chunk: { sha256: hash, bytes: to - from },
          });
        }
      }
    }
    await fillSlots(slots, tarball, request);
    for (const handle of handles) await handle.sync();
  } finally {
    for (const handle of handles) await handle.close();
  }
}

async function fillSlots(
  slots: ReadonlyMap<string, readonly Slot[]>,
  tarball: string,
  request: PackageRequest,
): Promise<void> {
  const digesters = new Map<string, Digester>();
  const [first] = request.wanted;
  let received = 0;
  const found = await readMembers(tarball, (path): MemberSink | undefined => {
    const wanted = slots.get(path);
    if (wanted === undefined) return undefined;
    const digester = createDigester(false);
    digesters.set(path, digester);
    return async (chunk) => {
      throwIfCancelled(request.signal);
      const position = digester.size();
      digester.update(chunk);
      for (const { handle, source, at } of wanted) {
        await handle.write(chunk, 0, chunk.byteLength, at + position);
        if (source === first) request.onBytes((received += chunk.byteLength), first.bytes);
      }
    };
  });
  for (const [member, wanted] of slots) {
    const digests = digesters.get(member)?.current();
    for (const { source, chunk } of wanted) {
      if (digests === undefined || !found.has(member)) throw missing(source, member);
      if (chunk !== undefined && (chunk.sha256 !== digests.sha256 || chunk.bytes !== digests.bytes)) {
        throw new MaskbenchError(
          'source.checksum',
          `a chunk is not what its name says: expected sha256 ${chunk.sha256}, got ${digests.sha256}`,
          { where: describeSource(source) },
        );
      }
    }
  }
}

function missing(source: NpmSource, member: string): MaskbenchError {
  return new MaskbenchError('source.unreachable', `the package has no file "${member}"`, {
    where: describeSource(source),
    remedy: 'correct the path, or the version of the package',
  });
}
