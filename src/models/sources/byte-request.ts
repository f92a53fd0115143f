import { MaskbenchError } from '../../core/errors.js';
import { networkReason, type Http } from './http.js';
import { isTransientStatus } from './retry.js';

/** A file behind an address. */
export interface Remote {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What to do when the server refuses access. */
  readonly forbiddenRemedy?: string | undefined;
}

/** An answer to "the bytes from here on". */
export type Answer =
  | {
      readonly kind: 'bytes';
      /** 0 if the server does not know ranges, or the file changed: then the whole file comes. */
      readonly from: number;
      readonly total: number | undefined;
      readonly etag: string | undefined;
      readonly body: AsyncIterable<Uint8Array>;
    }
  /** The server has nothing behind the position asked for. */
  | { readonly kind: 'past-end' }
  /** Worth another attempt. */
  | { readonly kind: 'later'; readonly reason: string; readonly waitMs: number | undefined };

/**
 * Asks for a file from a byte position on. `etag` makes a changed file come whole instead of a mixture of two.
 *
 * @throws MaskbenchError `source.forbidden` or `source.unreachable` where another attempt would not help.
 */
export async function requestBytes(
  http: Http,
  remote: Remote,
  position: number,
  etag: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  let response: Awaited<ReturnType<Http['fetch']>>;
  try {
    response = await http.fetch(remote.url, {
      headers: {
        ...remote.headers,
        // A compressed answer would have neither the pinned bytes nor their positions.
        'accept-encoding': 'identity',
        ...(position > 0 ? { range: `bytes=${position}-` } : {}),
        ...(position > 0 && etag !== undefined ? { 'if-range': etag } : {}),
      },
      signal: signal ?? null,
    });
  } catch (error) {
    if (error instanceof MaskbenchError) throw error;
    return { kind: 'later', reason: networkReason(error), waitMs: undefined };
  }
  const { status, headers, body } = response;
  if (status === 416 && position > 0) return { kind: 'past-end' };
  if (isTransientStatus(status)) {
    return { kind: 'later', reason: `HTTP ${status}`, waitMs: retryAfterMs(headers.get('retry-after')) };
  }
  if ((status !== 200 && status !== 206) || body === null) throw refusal(remote, status);
  const range = status === 206 ? readContentRange(headers.get('content-range')) : undefined;
  if (status === 206 && (range === undefined || range.from > position)) {
    return { kind: 'later', reason: 'the server sent another range than asked for', waitMs: undefined };
  }
  // A server that compresses regardless states the length of something else.
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  return {
    kind: 'bytes',
    from: range?.from ?? 0,
    total: range === undefined ? (length === null ? undefined : Number(length)) : range.total,
    etag: strong(headers.get('etag')),
    body: body as AsyncIterable<Uint8Array>,
  };
}

/** Weak validators promise an equal meaning, not equal bytes. */
function strong(etag: string | null): string | undefined {
  return etag === null || etag.startsWith('W/') ? undefined : etag;
}

function readContentRange(text: string | null): { from: number; total: number | undefined } | undefined {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(text ?? '') ?? [];
  if (from === undefined) return undefined;
  return { from: Number(from), total: total === '*' || total === undefined ? undefined : Number(total) };
}

function retryAfterMs(text: string | null): number | undefined {
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function refusal({ url, forbiddenRemedy }: Remote, status: number): MaskbenchError {
  if (status === 401 || status === 403 || status === 451) {
    return new MaskbenchError('source.forbidden', `the server refuses access (HTTP ${status})`, {
      where: url,
      remedy: forbiddenRemedy ?? 'see whether the address needs a login or an agreement to its terms',
    });
  }
  const gone = status === 404 || status === 410;
  return new MaskbenchError('source.unreachable', `the server answered HTTP ${status}`, {
    where: url,
    remedy: gone
      ? 'the file is not there (any more): correct the address, or name a mirror'
      : 'name a mirror',
  });
}
