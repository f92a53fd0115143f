import type { Dispatcher, EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { MaskbenchError } from '../../core/errors.js';
import { systemCode } from '../../core/system-code.js';
import { isPrivateHost, leadsInside, lookUpOutside, straysInside } from './private-address.js';

/**
 * Requests that respect HTTP_PROXY, HTTPS_PROXY and NO_PROXY, that fail rather than hang, and that no server in the world
 * outside can send into a private network.
 */
export interface Http {
  /**
   * @throws MaskbenchError `source.forbidden` for a redirect to a private address from one that is not, `source.unreachable`
   *   for a certificate that is not trusted; anything else may be worth another attempt.
   */
  readonly fetch: typeof undiciFetch;
  /** Ends every connection, also those with an answer that nobody read to its end. */
  close(): Promise<void>;
}

const CONNECT_MS = 20_000;

/** `stallMs`: how long an answer, or the next piece of it, may take to come. */
export function openHttp(stallMs: number, env: NodeJS.ProcessEnv): Http {
  // Loaded by the first request: most commands make none, and would start a tenth of a second later for it.
  const load = async (): Promise<Client> => {
    const undici = await import('undici');
    const agentWith = (connect: object): EnvHttpProxyAgent =>
      new undici.EnvHttpProxyAgent({
        httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
        httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
        noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
        headersTimeout: stallMs,
        bodyTimeout: stallMs,
        connect: { timeout: Math.min(stallMs, CONNECT_MS), ...connect },
        // An http address through an http proxy is asked for plainly, as curl does; many proxies allow tunnels to 443 only.
        proxyTunnel: false,
      });
    return {
      fetch: undici.fetch,
      anywhere: agentWith({}),
      outside: agentWith({ lookup: lookUpOutside }),
    };
  };
  let loading: Promise<Client> | undefined;
  const request = async (source: URL, { anywhere, outside }: Client, asked: Asked): Promise<Response> => {
    if (isPrivateHost(source.hostname)) return asked(anywhere);
    try {
      return await asked(leading(source, anywhere, outside));
    } catch (error) {
      if (strayIn(error) === undefined || !(await leadsInside(source.hostname))) throw error;
      return asked(anywhere);
    }
  };
  return {
    fetch: async (input, init) => {
      const source = new URL(typeof input === 'object' && 'url' in input ? input.url : input);
      try {
        loading ??= load();
        const client = await loading;
        return await request(source, client, (dispatcher) => client.fetch(input, { ...init, dispatcher }));
      } catch (error) {
        throw refusalIn(error, source) ?? error;
      }
    },
    close: async () => {
      const client = await loading;
      await Promise.all([client?.anywhere.destroy(), client?.outside.destroy()]);
    },
  };
}

interface Client {
  readonly fetch: typeof undiciFetch;
  readonly anywhere: Dispatcher;
  /** Which reaches no private network. */
  readonly outside: Dispatcher;
}

type Response = Awaited<ReturnType<typeof undiciFetch>>;
type Asked = (dispatcher: Dispatcher) => Promise<Response>;

/** Asks the source itself anywhere, and whatever it sends on to outside only. Proxies look names up themselves. */
function leading(source: URL, anywhere: Dispatcher, outside: Dispatcher): Dispatcher {
  return outside.compose((dispatch) => (options, handler) => {
    const target = new URL(options.origin ?? source);
    if (target.origin === source.origin) return anywhere.dispatch(options, handler);
    if (isPrivateHost(target.hostname)) throw straysInside(target.hostname);
    return dispatch(options, handler);
  });
}

function strayIn(error: unknown): MaskbenchError | undefined {
  if (error instanceof MaskbenchError) return error;
  return error instanceof Error ? strayIn(error.cause) : undefined;
}

/** What trying again will not change. */
function refusalIn(cause: unknown, { href: where }: URL): MaskbenchError | undefined {
  const stray = strayIn(cause);
  if (stray !== undefined) {
    const { code, message, remedy = '' } = stray;
    return new MaskbenchError(code, message, { where, remedy, cause });
  }
  if (!isTlsRefusal(cause)) return undefined;
  return new MaskbenchError('source.unreachable', `no trusted connection: ${networkReason(cause)}`, {
    where,
    remedy: 'behind a proxy that opens TLS, point NODE_EXTRA_CA_CERTS to its certificate',
    cause,
  });
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

function isTlsRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(systemCode(error)) || isTlsRefusal(error.cause)
  );
}
