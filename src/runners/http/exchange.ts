import type { BodyInit } from 'undici';
import { cancelled, RESUME } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { networkReason, type Http } from '../../models/sources/http.js';

/** What is asked for. */
export interface Ask {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
}

export interface Bounds {
  readonly wholeMs: number;
  readonly mostBytes: number;
}

/** What became of one request. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly header: (name: string) => string | undefined;
      /** Undefined where it is larger than what is read of it. */
      readonly bytes: Buffer | undefined;
      readonly firstByteMs: number;
      readonly wholeMs: number;
    }
  /** It never got there. */
  | { readonly kind: 'unsent'; readonly reason: string }
  /** Nobody knows what the server made of it. */
  | { readonly kind: 'lost'; readonly reason: string; readonly status?: number };

/** Why there was no connection over which anything could be asked. */
const UNSENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EHOSTUNREACH|ENETUNREACH|ENETDOWN|UND_ERR_CONNECT_TIMEOUT)$/;

/** Asks once; nothing is sent on to where the answer redirects. @throws MaskbenchError `cancelled`. */
export async function exchange(
  http: Http,
  { url, method, headers, body }: Ask,
  { wholeMs, mostBytes }: Bounds,
  signal: AbortSignal,
): Promise<Exchange> {
  const start = performance.now();
  const late = AbortSignal.timeout(wholeMs);
  const reasonOf = (error: unknown): string =>
    late.aborted ? `no whole answer within ${wholeMs / 1000} s` : networkReason(error);
  let response: Awaited<ReturnType<Http['fetch']>>;
  try {
    response = await http.fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (signal.aborted) throw cancelled(signal, RESUME);
    return { kind: neverGotThere(error) ? 'unsent' : 'lost', reason: reasonOf(error) };
  }
  const firstByteMs = performance.now() - start;
  const { status } = response;
  try {
    const bytes = await readUpTo(response.body as AsyncIterable<Uint8Array> | null, mostBytes);
    const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
    return { kind: 'answer', status, header, bytes, firstByteMs, wholeMs: performance.now() - start };
  } catch (error) {
    if (signal.aborted) throw cancelled(signal, RESUME);
    return { kind: 'lost', reason: `the answer broke off: ${reasonOf(error)}`, status };
  }
}

/** Leaving the loop ends the connection: what never ends is not read on. */
async function readUpTo(
  body: AsyncIterable<Uint8Array> | null,
  mostBytes: number,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

function neverGotThere(error: unknown): boolean {
  // No trusted connection, or one that is forbidden.
  if (error instanceof MaskbenchError) return true;
  if (!(error instanceof Error)) return false;
  // Of ports that fetch keeps for other protocols.
  if (error.message === 'bad port') return true;
  return ('code' in error && UNSENT.test(String(error.code))) || neverGotThere(error.cause);
}
