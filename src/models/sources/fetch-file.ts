import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError, type ErrorCode } from '../../core/errors.js';
import { requestBytes, type Answer, type Remote } from './byte-request.js';
import { checksumError, mismatch, type Difference, type Digests } from './digest.js';
import { requireSpace } from './disk.js';
import { lookalikeError, type Expected } from './expected.js';
import { networkReason, type Http } from './http.js';
import { openPart, type PartFile } from './part-file.js';
import { isPinned } from './pins.js';
import { backOff, type RetryPolicy } from './retry.js';
import type { Pins } from './source-types.js';

interface FetchRequest {
  readonly remote: Remote;
  readonly pins: Pins;
  /** What the file is called in messages. */
  readonly name: string;
  /** Folder for the unfinished file; it must lie on the file system of the file's final place. */
  readonly folder: string;
  /** What the file will be looked up by, see `openPart`. */
  readonly key: string;
  readonly retry: RetryPolicy;
  /** Not said where any bytes will do. What came is judged by its head before its checksum, which says less. */
  readonly expected?: Expected | undefined;
  readonly onBytes?: ((received: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file that has arrived whole, lies on the disk and is what was pinned; it only has to be renamed into place. */
interface FetchedFile {
  readonly partPath: string;
  readonly digests: Digests;
}

/** Failures after which what came so far is no use to the next attempt, or in its way. */
const USELESS_AFTER: ReadonlySet<ErrorCode> = new Set(['source.checksum', 'model.load', 'disk.full']);

/**
 * Downloads a file, going on after a cut connection and after a killed process, and checks what came.
 *
 * A cut is survived as long as attempts bring bytes; `retry.attempts` in a row without any end it. What is there by
 * then stays for the next call. Wrong bytes are removed; if they came in pieces, after one more try from 0.
 *
 * @throws MaskbenchError `source.transient` (another time it may come), `source.unreachable`, `source.forbidden`,
 *   `source.checksum` (also for a file too large), `model.load` (something else came), `disk.full`, `cancelled`.
 */
export async function fetchFile(http: Http, request: FetchRequest): Promise<FetchedFile> {
  const { pins, folder, key } = request;
  const part = await openPart({ folder, key, withMd5: pins.md5 !== undefined, resume: isPinned(pins) });
  try {
    let { difference, joined } = await download(http, request, part);
    if (difference !== undefined && joined) {
      // The pieces may have been of different files: one more time in one piece.
      await part.restart();
      ({ difference, joined } = await download(http, request, part));
    }
    if (difference !== undefined) throw checksumError(request.name, difference, request.remote.url);
    await part.finish();
    request.expected?.assertWhole(part.path, request.remote.url);
    return { partPath: part.path, digests: part.digests() };
  } catch (error) {
    const useless = error instanceof MaskbenchError && USELESS_AFTER.has(error.code);
    await (useless ? part.discard() : part.keep());
    throw error;
  }
}

interface Downloaded {
  /** In what the bytes differ from the pinned ones, if they do. */
  readonly difference: Difference | undefined;
  /** Whether they came in several pieces. */
  readonly joined: boolean;
}

async function download(http: Http, request: FetchRequest, part: PartFile): Promise<Downloaded> {
  const { pins, retry, expected, signal } = request;
  // What an earlier version had left may be the beginning of a web page.
  if (part.size() > 0 && expected?.lookalike(part.path) !== undefined) await part.restart();
  let etag: string | undefined;
  let joined = part.size() > 0;
  let furthest = part.size();
  for (let attempt = 1; ; attempt++) {
    const enough = pins.bytes !== undefined && part.size() >= pins.bytes;
    if (enough) return { difference: mismatch(pins, part.digests()), joined };
    // Without a checksum or a validator a second half may be of another file than the first.
    if (part.size() > 0 && !isPinned(pins) && etag === undefined) await part.restart();
    throwIfCancelled(signal);
    const answer = await requestBytes(http, request.remote, part.size(), etag, signal);
    throwIfCancelled(signal);
    if (answer.kind === 'bytes') {
      etag = answer.etag;
      joined = answer.from > 0;
    }
    const end = await receive(request, part, answer);
    const instead = answer.kind === 'bytes' ? expected?.lookalike(part.path) : undefined;
    if (instead !== undefined && expected !== undefined) {
      throw lookalikeError(expected.what, instead, request.remote.url);
    }
    if (end.kind === 'complete') return { difference: mismatch(pins, part.digests()), joined };
    // A server without ranges starts over each time: only what lies beyond all earlier attempts is progress.
    if (part.size() > furthest && end.slow !== true) attempt = 1;
    furthest = Math.max(furthest, part.size());
    if (attempt >= retry.attempts) throw givenUp(request, part, end.reason);
    await backOff(retry, attempt + 1, signal, answer.kind === 'later' ? answer.waitMs : undefined);
  }
}

type End = { readonly kind: 'complete' } | Cut;

interface Cut {
  readonly kind: 'cut';
  readonly reason: string;
  /** Bytes came, and too slowly to count as progress: a server that drips would never end. */
  readonly slow?: true;
}

async function receive(request: FetchRequest, part: PartFile, answer: Answer): Promise<End> {
  if (answer.kind === 'past-end') return { kind: 'complete' };
  if (answer.kind === 'later') return { kind: 'cut', reason: answer.reason };
  const { pins, folder, onBytes, signal, retry } = request;
  const total = pins.bytes ?? answer.total;
  const most = pins.bytes ?? retry.mostBytes;
  if (total !== undefined && total > most) throw tooLarge(request, total);
  if (answer.from === 0) await part.restart();
  let known = part.size() - answer.from;
  if (total !== undefined) await requireSpace(folder, total - part.size());
  const chunks = answer.body[Symbol.asyncIterator]();
  const isSlow = watchSpeed(retry);
  for (;;) {
    const next = await nextChunk(chunks);
    throwIfCancelled(signal);
    if (next.kind === 'cut') return next;
    if (next.kind === 'end') break;
    const fresh = next.chunk.subarray(known);
    known = Math.max(0, known - next.chunk.byteLength);
    await part.append(fresh);
    onBytes?.(part.size(), total);
    // A server that sends without end must not fill the disk.
    if (part.size() > most) {
      if (pins.bytes === undefined) throw tooLarge(request, part.size());
      break;
    }
    if (isSlow(next)) {
      await chunks.return?.();
      const { leastBytesPerSecond, slowMs } = retry;
      const reason = `slower than ${leastBytesPerSecond} bytes per second for ${slowMs / 1000} s`;
      return { kind: 'cut', reason, slow: true };
    }
  }
  await chunks.return?.();
  const missing = total === undefined ? 0 : total - part.size();
  return missing > 0
    ? { kind: 'cut', reason: `the connection ended ${missing} bytes early` }
    : { kind: 'complete' };
}

interface Chunk {
  readonly kind: 'chunk';
  readonly chunk: Uint8Array;
  readonly waitedMs: number;
}

type Next = Chunk | { readonly kind: 'end' } | Cut;

/** Tells, of each chunk, whether those of the last while came too slowly. Only waiting for them counts, not the disk. */
function watchSpeed({ leastBytesPerSecond, slowMs }: RetryPolicy): (chunk: Chunk) => boolean {
  let [bytes, waitedMs] = [0, 0];
  return (next) => {
    bytes += next.chunk.byteLength;
    waitedMs += next.waitedMs;
    if (waitedMs < slowMs) return false;
    const slow = bytes / (waitedMs / 1000) < leastBytesPerSecond;
    [bytes, waitedMs] = [0, 0];
    return slow;
  };
}

/** Keeps a failure to read apart from a failure to write, which has another remedy. */
async function nextChunk(chunks: AsyncIterator<Uint8Array>): Promise<Next> {
  const asked = performance.now();
  try {
    const next = await chunks.next();
    const waitedMs = performance.now() - asked;
    return next.done === true ? { kind: 'end' } : { kind: 'chunk', chunk: next.value, waitedMs };
  } catch (error) {
    return { kind: 'cut', reason: networkReason(error) };
  }
}

function givenUp({ remote, name, retry }: FetchRequest, part: PartFile, reason: string): MaskbenchError {
  const bytes = part.size();
  const kept =
    bytes > 0 ? `; the ${bytes} bytes received are kept, and the next pull continues from there` : '';
  return new MaskbenchError(
    'source.transient',
    `${name} could not be fetched in ${retry.attempts} attempts: ${reason}`,
    { where: remote.url, remedy: `check the connection and the proxy settings${kept}` },
  );
}

function tooLarge({ remote, name, retry }: FetchRequest, bytes: number): MaskbenchError {
  const most = `${retry.mostBytes} bytes are the most that is fetched when no size is pinned`;
  return new MaskbenchError('source.checksum', `${name} has ${bytes} bytes or more, and ${most}`, {
    where: remote.url,
    remedy: 'state its size in the source, as bytes',
  });
}
