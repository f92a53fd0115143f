import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { MaskbenchError } from '../../core/errors.js';
import type { Pins } from './source-types.js';

/** What the bytes of a file came to. */
export interface Digests {
  readonly sha256: string;
  readonly md5: string | undefined;
  readonly bytes: number;
}

/** Hashes bytes as they pass. MD5 costs as much as SHA-256 and is only computed where it is the pin. */
export interface Digester {
  update(chunk: Uint8Array): void;
  size(): number;
  /** Digests of what has passed so far; more may follow. */
  current(): Digests;
}

export function createDigester(withMd5: boolean): Digester {
  const sha256: Hash = createHash('sha256');
  const md5 = withMd5 ? createHash('md5') : undefined;
  let bytes = 0;
  return {
    update(chunk) {
      sha256.update(chunk);
      md5?.update(chunk);
      bytes += chunk.byteLength;
    },
    size: () => bytes,
    current: () => ({ sha256: sha256.copy().digest('hex'), md5: md5?.copy().digest('hex'), bytes }),
  };
}

/** Digests of a whole file, read in pieces. */
export async function digestFile(path: string, withMd5 = false, signal?: AbortSignal): Promise<Digests> {
  const digester = createDigester(withMd5);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    digester.update(chunk as Uint8Array);
  }
  return digester.current();
}

/** In what bytes are not the pinned ones. */
export interface Difference {
  readonly what: 'bytes' | 'sha256' | 'md5' | 'integrity';
  readonly expected: string | number;
  readonly got: string | number;
}

/** The first pin that the bytes do not meet, if there is one. */
export function mismatch(pins: Pins, got: Digests): Difference | undefined {
  for (const what of ['bytes', 'sha256', 'md5'] as const) {
    const expected = pins[what];
    if (expected !== undefined && expected !== got[what]) return { what, expected, got: got[what] ?? 'none' };
  }
  return undefined;
}

/** The error for bytes that are not the pinned ones. */
export function checksumError(
  name: string,
  difference: Difference,
  where: string,
  remedy = 'the file was changed at its source or on the way; nothing was kept of it',
): MaskbenchError {
  const { what, expected, got } = difference;
  const compared = what === 'bytes' ? `${expected} bytes, got ${got}` : `${what} ${expected}, got ${got}`;
  return new MaskbenchError('source.checksum', `${name} is not the expected file: expected ${compared}`, {
    where,
    remedy,
  });
}
