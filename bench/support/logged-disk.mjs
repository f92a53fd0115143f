// A disk that remembers every write and every flush in order, so that a power cut can be played at any of them. The kernel
// sees one file (FUSE, whose root may be a file); a loop device on it makes it a disk, and a flush of that disk comes here as
// fsync. Linux only, as root. To be started as a process of its own: whoever uses the disk waits for it.
//
//   node bench/support/logged-disk.mjs <empty file to mount on> <bytes> <log>     prints "ready", ends when unmounted
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, read, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** Numbers of requests, from the kernel's header `linux/fuse.h`. */
const GETATTR = 3;
const SETATTR = 4;
const OPEN = 14;
const READ = 15;
const WRITE = 16;
const RELEASE = 18;
const FSYNC = 20;
const FLUSH = 25;
const INIT = 26;
const INTERRUPT = 36;
const DESTROY = 38;

const [ENOSYS, ENODEV] = [38, 'ENODEV'];
const IN_HEADER = 40;
const MAX_WRITE = 1 << 17;
/** The file may be written in pieces of more than a page. */
const BIG_WRITES = 1 << 5;

/** Before each write in the log: its offset and length; a flush has no length. */
export const LOG_HEADER_BYTES = 16;

const [path, bytes, log] = process.argv.slice(2);
if (import.meta.filename === process.argv[1]) await serve(path, Number(bytes), log);

/**
 * @param {string} file
 * @param {number} size
 * @param {string} logPath
 */
async function serve(file, size, logPath) {
  const disk = Buffer.alloc(size);
  const journal = openSync(logPath, 'w');
  const device = openSync('/dev/fuse', 'r+');
  const options = 'fd=3,rootmode=100600,user_id=0,group_id=0';
  const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'logged-disk', file], {
    stdio: ['ignore', 'inherit', 'inherit', device],
  });
  if (mounted.status !== 0) throw new Error(`mount ended with ${mounted.status}`);
  console.log('ready');
  const request = Buffer.alloc(MAX_WRITE + 4096);
  const next = promisify(read);
  for (;;) {
    let length;
    try {
      ({ bytesRead: length } = await next(device, request, 0, request.length, null));
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === ENODEV) break;
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EINTR') continue;
      throw error;
    }
    if (length === 0) break;
    const reply = answer(request.subarray(0, length));
    if (reply === undefined) continue;
    const header = Buffer.alloc(16);
    const body = typeof reply === 'number' ? Buffer.alloc(0) : reply;
    header.writeUInt32LE(16 + body.length, 0);
    header.writeInt32LE(typeof reply === 'number' ? -reply : 0, 4);
    request.copy(header, 8, 8, 16);
    writeSync(device, Buffer.concat([header, body]));
  }
  closeSync(journal);

  /**
   * What a request is answered with: bytes, an error number, or nothing.
   *
   * @param {Buffer} data
   * @returns {Buffer | number | undefined}
   */
  function answer(data) {
    const [opcode, body] = [data.readUInt32LE(4), data.subarray(IN_HEADER)];
    switch (opcode) {
      case INIT: {
        const out = Buffer.alloc(64);
        out.writeUInt32LE(7, 0);
        out.writeUInt32LE(31, 4);
        out.writeUInt32LE(BIG_WRITES, 12);
        out.writeUInt16LE(12, 16);
        out.writeUInt16LE(9, 18);
        out.writeUInt32LE(MAX_WRITE, 20);
        out.writeUInt32LE(1, 24);
        return out;
      }
      case GETATTR:
      case SETATTR:
        return attributes(size);
      case OPEN:
        return Buffer.alloc(16);
      case READ: {
        const [from, count] = [Number(body.readBigUInt64LE(8)), body.readUInt32LE(16)];
        return disk.subarray(from, Math.min(size, from + count));
      }
      case WRITE: {
        const [to, count] = [Number(body.readBigUInt64LE(8)), body.readUInt32LE(16)];
        const content = body.subarray(40, 40 + count);
        content.copy(disk, to);
        note(to, content);
        const out = Buffer.alloc(8);
        out.writeUInt32LE(count, 0);
        return out;
      }
      case FSYNC:
        note(0, Buffer.alloc(0));
        return Buffer.alloc(0);
      case FLUSH:
      case RELEASE:
      case DESTROY:
        return Buffer.alloc(0);
      case INTERRUPT:
        return undefined;
      default:
        // Discards among others: the disk then does without them.
        return ENOSYS;
    }
  }

  /**
   * @param {number} to
   * @param {Buffer} content
   */
  function note(to, content) {
    const header = Buffer.alloc(LOG_HEADER_BYTES);
    header.writeBigUInt64LE(BigInt(to), 0);
    header.writeUInt32LE(content.length, 8);
    writeSync(journal, header);
    if (content.length > 0) writeSync(journal, content);
  }
}

/**
 * A plain file of so many bytes, good for a day.
 *
 * @param {number} size
 */
function attributes(size) {
  const out = Buffer.alloc(104);
  out.writeBigUInt64LE(86_400n, 0);
  out.writeBigUInt64LE(1n, 16);
  out.writeBigUInt64LE(BigInt(size), 24);
  out.writeBigUInt64LE(BigInt(size / 512), 32);
  out.writeUInt32LE(0o100600, 76);
  out.writeUInt32LE(1, 80);
  out.writeUInt32LE(4096, 96);
  return out;
}
