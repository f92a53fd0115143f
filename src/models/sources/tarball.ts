import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadEntry } from 'tar';
import { MaskbenchError } from '../../core/errors.js';
import { checksumError } from './digest.js';

/** @throws MaskbenchError `source.checksum` if the tarball is not the one whose `sha512-<base64>` is given. */
export async function checkIntegrity(tarball: string, integrity: string, where: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball, { highWaterMark: 1 << 20 }), hash);
  const got = `sha512-${hash.digest('base64')}`;
  if (got !== integrity) {
    throw checksumError("the package's tarball", { what: 'integrity', expected: integrity, got }, where);
  }
}

/** Takes the bytes of one member of a tarball as they come; the next waits until the last was dealt with. */
export type MemberSink = (chunk: Uint8Array) => Promise<void> | void;

/**
 * Streams members of a package's tarball to sinks, by their path in the package. Nothing is written under a member's
 * name, and members that nobody wants are passed over. Returns the paths that were found.
 */
export async function readMembers(
  tarball: string,
  sinkFor: (path: string, bytes: number) => MemberSink | undefined,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const written: Promise<void>[] = [];
  const deliver = (entry: ReadEntry): void => {
    // Packages keep their files in one top folder, mostly but not always called "package".
    const path = entry.path.split('/').slice(1).join('/');
    const sink = entry.type === 'File' && !found.has(path) ? sinkFor(path, entry.size) : undefined;
    if (sink === undefined) return void entry.resume();
    found.add(path);
    written.push(pour(entry, sink));
  };
  const { Parser } = await import('tar');
  const parser = new Parser({ strict: true, onReadEntry: deliver });
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', (cause: unknown) => {
      reject(new MaskbenchError('data.unreadable', 'the tarball cannot be read', { where: tarball, cause }));
    });
    createReadStream(tarball, { highWaterMark: 1 << 20 })
      .on('error', reject)
      .pipe(parser);
  });
  await Promise.all(written);
  return found;
}

/** Resolves when the sink has dealt with everything. After a failure the rest is drained, so that the parser ends. */
function pour(entry: ReadEntry, sink: MemberSink): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const consume = async (chunk: Uint8Array): Promise<void> => {
    try {
      if (failure === undefined) await sink(chunk);
    } catch (error) {
      failure = { error };
    }
  };
  return new Promise((resolve, reject) => {
    const writable = new Writable({
      async write(chunk: Uint8Array, _encoding, done) {
        await consume(chunk);
        done();
      },
    });
    writable.once('finish', () => (failure === undefined ? resolve() : reject(failure.error)));
    entry.pipe(writable);
  });
}
