import { open, type FileHandle } from 'node:fs/promises';
import { unreadable } from '../../../core/unreadable.js';
import { MaskbenchError } from '../../../core/errors.js';

const [LOAD, DYNAMIC] = [1, 2];
const [NEEDED, STRING_TABLE, STRING_BYTES] = [1n, 5n, 10n];

/**
 * The libraries that one asks the loader for, by the names that it asks with: the `DT_NEEDED` entries of a 64-bit
 * little-endian ELF file (System V ABI, "Dynamic Section").
 *
 * @throws MaskbenchError `data.missing` or `data.unreadable`, naming the file.
 */
export async function neededLibraries(path: string): Promise<readonly string[]> {
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    return await readNeeded(file);
  } catch (cause) {
    throw new MaskbenchError('data.unreadable', 'not a shared library of this machine', {
      where: path,
      cause,
    });
  } finally {
    await file.close();
  }
}

async function readNeeded(file: FileHandle): Promise<readonly string[]> {
  const header = await readAt(file, 0, 64);
  if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) throw new Error('no ELF');
  const [entryBytes, count] = [header.readUInt16LE(54), header.readUInt16LE(56)];
  const table = await readAt(file, Number(header.readBigUInt64LE(32)), entryBytes * count);
  const segments = Array.from({ length: count }, (_, i) => {
    const at = i * entryBytes;
    return {
      type: table.readUInt32LE(at),
      offset: table.readBigUInt64LE(at + 8),
      address: table.readBigUInt64LE(at + 16),
      bytes: table.readBigUInt64LE(at + 32),
    };
  });
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  if (dynamic === undefined) return [];
  const entries = await readAt(file, Number(dynamic.offset), Number(dynamic.bytes));
  const pairs = Array.from({ length: Math.floor(entries.length / 16) }, (_, i) => ({
    tag: entries.readBigUInt64LE(16 * i),
    value: entries.readBigUInt64LE(16 * i + 8),
  }));
  const valueOf = (wanted: bigint): bigint => pairs.find(({ tag }) => tag === wanted)?.value ?? 0n;
  const address = valueOf(STRING_TABLE);
  const home = segments.find(
    (one) => one.type === LOAD && address >= one.address && address < one.address + one.bytes,
  );
  if (home === undefined) throw new Error('no string table');
  const strings = await readAt(
    file,
    Number(address - home.address + home.offset),
    Number(valueOf(STRING_BYTES)),
  );
  return pairs
    .filter(({ tag }) => tag === NEEDED)
    .map(({ value }) => strings.toString('latin1', Number(value), strings.indexOf(0, Number(value))));
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, position);
  if (bytesRead < bytes) throw new Error('ends too early');
  return buffer;
}

/** The major version of CUDA that a provider was built for; undefined where it asks for none. */
export function cudaMajorOf(needed: readonly string[]): number | undefined {
  const major = needed
    .map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1])
    .find((found) => found !== undefined);
  return major === undefined ? undefined : Number(major);
}
