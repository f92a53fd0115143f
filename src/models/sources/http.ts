import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';

/** Requests that respect HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and that fail rather than hang. */
export interface Http {
  readonly fetch: typeof undiciFetch;
  /** Ends every connection, also those with an answer that nobody read to its end. */
  close(): Promise<void>;
}

const CONNECT_MS = 20_000;

/** `stallMs`: how long an answer, or the next piece of it, may take to come. */
export function openHttp(stallMs: number, env: NodeJS.ProcessEnv): Http {
  const agent = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
    connect: { timeout: Math.min(stallMs, CONNECT_MS) },
    // An http address through an http proxy is asked for plainly, as curl does; many proxies allow tunnels to 443 only.
    proxyTunnel: false,
  });
  return {
    fetch: (input, init) => undiciFetch(input, { ...init, dispatcher: agent }),
    close: () => agent.destroy(),
  };
}

/** What went wrong on the way to a server, in a few words; undici hides the reason behind "fetch failed". */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const inner = error.cause === undefined ? undefined : networkReason(error.cause);
  if (inner !== undefined) return inner;
  return code === undefined || error.message.includes(code)
    ? error.message || error.name
    : `${error.message} (${code})`;
}

/** A certificate that is not trusted will not become so by trying again. */
export function isTlsRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(code) || isTlsRefusal(error.cause);
}
