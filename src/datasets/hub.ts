import { fileDownloadInfo, HubApiError } from '@huggingface/hub';
import { MaskbenchError } from '../core/errors.js';
import type { HubSource } from './dataset-fields.js';

/** How the hub is reached; what is left out is the hub client's own default. */
export interface HubAccess {
  /** A mirror or another hub. */
  readonly url?: string;
  readonly accessToken?: string;
  /** For a proxy. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface HubFile {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Asks the hub where a pinned file is, and makes sure before any byte is loaded that it still has the size
 * and, as far as the hub tells, the checksum that the spec pins: the hub client itself checks neither.
 *
 * @throws MaskbenchError `source.unreachable`, `source.transient`, `source.forbidden` or `source.checksum`.
 */
export async function locateHubFile(source: HubSource, access: HubAccess = {}): Promise<HubFile> {
  const where = `${source.repo}@${source.revision.slice(0, 12)}/${source.file}`;
  const info = await fileDownloadInfo({
    repo: { type: source.repoType, name: source.repo },
    path: source.file.split('/').map(encodeURIComponent).join('/'),
    revision: source.revision,
    ...(access.url === undefined ? {} : { hubUrl: access.url }),
    ...(access.accessToken === undefined ? {} : { accessToken: access.accessToken }),
    ...(access.fetch === undefined ? {} : { fetch: access.fetch }),
  }).catch((cause: unknown) => {
    throw explain(cause, where, source);
  });
  if (info === null) {
    throw new MaskbenchError('source.unreachable', 'the hub has no such file', {
      where,
      remedy: byHand(source) ?? 'check repo, revision and file of the source',
    });
  }
  const etag = info.etag.replaceAll(/^(W\/)?"|"$/g, '');
  const isSha256 = /^[0-9a-f]{64}$/.test(etag);
  if (info.size !== source.bytes || (isSha256 && etag !== source.sha256)) {
    const what =
      info.size === source.bytes
        ? `the hub's file has the sha256 ${etag}, pinned is ${source.sha256}`
        : `the hub's file has ${info.size} bytes, pinned are ${source.bytes}`;
    throw new MaskbenchError('source.checksum', what, {
      where,
      remedy: 'do not use it unless you know why it changed',
    });
  }
  const headers: Record<string, string> =
    access.accessToken === undefined ? {} : { authorization: `Bearer ${access.accessToken}` };
  return { url: info.url, headers };
}

function explain(cause: unknown, where: string, source: HubSource): MaskbenchError {
  if (cause instanceof MaskbenchError) return cause;
  if (cause instanceof HubApiError && (cause.statusCode === 401 || cause.statusCode === 403)) {
    return new MaskbenchError('source.forbidden', `the hub refuses access (status ${cause.statusCode})`, {
      where,
      remedy: 'ask for access on its page and set HF_TOKEN to your token',
      cause,
    });
  }
  const reason =
    cause instanceof HubApiError ? `the hub answers with status ${cause.statusCode}` : reasonOf(cause);
  const refused = cause instanceof HubApiError && cause.statusCode < 500 && cause.statusCode !== 429;
  return new MaskbenchError(refused ? 'source.unreachable' : 'source.transient', reason, {
    where,
    remedy: byHand(source) ?? 'check the network and the proxy settings, then repeat',
    cause,
  });
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return `the hub cannot be reached (${inner instanceof Error ? inner.message : String(inner)})`;
}

function byHand(source: HubSource): string | undefined {
  return source.byHand === undefined
    ? undefined
    : `or get it by hand from ${source.byHand.url}: ${source.byHand.instructions}`;
}
