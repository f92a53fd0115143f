import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError, type ErrorCode } from '../../core/errors.js';
import type { Remote } from './byte-request.js';
import { networkReason, type Http } from './http.js';
import { backOff, isTransientStatus, type RetryPolicy } from './retry.js';
import { describeSource } from './source-text.js';
import type { HubSource, Pins } from './source-types.js';

const HUB = 'https://huggingface.co';

type Hub = typeof import('@huggingface/hub');

/** A hub file made ready to fetch: its revision as a commit, its address, and what the hub says about its bytes. */
export interface HubFile {
  readonly remote: Remote;
  readonly revision: string;
  readonly pins: Pins;
}

export interface HubAccess {
  readonly http: Http;
  readonly env: NodeJS.ProcessEnv;
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks the hub (or the mirror in HF_ENDPOINT) through its client for a file, with the token in HF_TOKEN if there is one.
 *
 * Only the bytes do not come through the client: its blobs neither go on after a cut connection nor notice a server that
 * ignores ranges, and it compares no hash.
 */
export async function resolveHubFile(source: HubSource, access: HubAccess): Promise<HubFile> {
  // Loaded here: every command that knows models knows of the hub, and few ask it.
  const hub = await import('@huggingface/hub');
  const hubUrl = (access.env.HF_ENDPOINT ?? HUB).replace(/\/+$/, '');
  const accessToken = readToken(access.env);
  const common = {
    hubUrl,
    // undici's fetch, which knows the proxies; the client's type is that of the global one.
    fetch: access.http.fetch as unknown as typeof fetch,
    ...(accessToken === undefined ? {} : { accessToken }),
  };
  const { repo, path } = source;
  const resolveRevision = async (): Promise<string> => {
    const info = await hub.modelInfo({
      ...common,
      name: repo,
      revision: source.revision,
      additionalFields: ['sha'],
    });
    return info.sha;
  };
  const revision = isCommit(source.revision)
    ? source.revision
    : await ask(hub, source, hubUrl, access, resolveRevision);
  if (revision === undefined || !isCommit(revision)) {
    throw unreachable(source, 'the hub did not name the commit of the revision');
  }
  const info = await ask(hub, source, hubUrl, access, () =>
    hub.fileDownloadInfo({ ...common, repo, path, revision }),
  );
  if (info === null) {
    throw unreachable(source, `there is no "${path}" in ${repo} at ${revision}`, {
      remedy: `see ${hubUrl}/${repo}/tree/main`,
    });
  }
  return {
    revision,
    pins: {
      md5: source.md5,
      bytes: source.bytes ?? info?.size,
      sha256: source.sha256 ?? (info?.xet === undefined ? undefined : sha256In(info.etag)),
    },
    remote: {
      url: `${hubUrl}/${repo}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`,
      headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
      forbiddenRemedy: gatedRemedy(hubUrl, repo),
    },
  };
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Where the hub itself answers, a large file's ETag is its sha256; a content network's may be any other hash. */
function sha256In(etag: string | undefined): string | undefined {
  return /^"?([0-9a-f]{64})"?$/.exec(etag ?? '')?.[1];
}

function readToken(env: NodeJS.ProcessEnv): string | undefined {
  const token = env.HF_TOKEN?.trim();
  if (token === undefined || token === '') return undefined;
  if (!token.startsWith('hf_')) {
    throw new MaskbenchError('config.invalid', 'HF_TOKEN does not hold a token of the hub', {
      remedy: 'tokens start with "hf_"; unset it to go without',
    });
  }
  return token;
}

/** One question to the hub, asked again while the answer is "later". Undefined if a mirror tells no more. */
async function ask<T>(
  { HubApiError, InvalidApiResponseFormatError }: Hub,
  source: HubSource,
  hubUrl: string,
  { retry, signal }: HubAccess,
  question: () => Promise<T>,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(signal);
    try {
      return await question();
    } catch (error) {
      if (error instanceof InvalidApiResponseFormatError) return undefined;
      if (error instanceof MaskbenchError) throw error;
      const refused = error instanceof HubApiError && !isTransientStatus(error.statusCode);
      if (refused || attempt >= retry.attempts)
        throw hubError(source, hubUrl, error, error instanceof HubApiError ? error.statusCode : undefined);
    }
    await backOff(retry, attempt + 1, signal, undefined);
  }
}

/** @param statusCode of the hub's answer; undefined where there was none */
function hubError(
  source: HubSource,
  hubUrl: string,
  error: unknown,
  statusCode: number | undefined,
): MaskbenchError {
  if (statusCode === undefined) {
    const message = `the hub cannot be reached: ${networkReason(error)}`;
    return unreachable(source, message, { cause: error, code: 'source.transient' });
  }
  if (statusCode === 401 || statusCode === 403) {
    return new MaskbenchError(
      'source.forbidden',
      `the hub refuses access to ${source.repo} (HTTP ${statusCode})`,
      {
        where: describeSource(source),
        remedy: gatedRemedy(hubUrl, source.repo),
        cause: error,
      },
    );
  }
  return unreachable(source, `the hub answered HTTP ${statusCode}`, {
    remedy: `see ${hubUrl}/${source.repo}`,
    cause: error,
    code: isTransientStatus(statusCode) ? 'source.transient' : 'source.unreachable',
  });
}

function gatedRemedy(hubUrl: string, repo: string): string {
  return `open ${hubUrl}/${repo}, accept its terms, and set HF_TOKEN to a token that may read it (a misspelt name is refused alike)`;
}

function unreachable(
  source: HubSource,
  message: string,
  details: { readonly remedy?: string; readonly cause?: unknown; readonly code?: ErrorCode } = {},
): MaskbenchError {
  const { code = 'source.unreachable', cause } = details;
  return new MaskbenchError(code, message, {
    where: describeSource(source),
    remedy: details.remedy ?? 'check the connection, the proxy settings and HF_ENDPOINT',
    cause,
  });
}
