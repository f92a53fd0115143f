import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import { sendBytes, type Handler, type SendOptions } from './local-server.js';

export const HUB_COMMIT = '0123456789abcdef0123456789abcdef01234567';

export interface HubOptions {
  readonly repo: string;
  readonly path: string;
  readonly bytes: Buffer;
  /** Origin of the content network that the hub sends clients to. */
  readonly cdn: string;
  /** Token that the repository asks for; none if it is open. */
  readonly token?: string;
  /** Whether the hub answers the client's question about the file with its linked size and sha256, as it does today. */
  readonly linked?: boolean;
}

/** What the Hugging Face hub does for one file: revisions, the file's whereabouts, and a redirect to its bytes. */
export function hubHandler({ repo, path, bytes, cdn, token, linked = true }: HubOptions): Handler {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return (request, response) => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      return refuse(response, request.headers.authorization === undefined ? 401 : 403, 'GatedRepo');
    }
    const url = new URL(request.url ?? '', 'http://hub');
    const [, revision] = new RegExp(`^/api/models/${repo}/revision/([^/]+)$`).exec(url.pathname) ?? [];
    if (revision !== undefined) {
      if (revision !== 'main' && revision !== HUB_COMMIT) return refuse(response, 404, 'RevisionNotFound');
      return json(response, { _id: '1', id: repo, sha: HUB_COMMIT, lastModified: '2026-01-01T00:00:00Z' });
    }
    if (!url.pathname.startsWith(`/${repo}/resolve/`)) return refuse(response, 401, 'RepoNotFound');
    if (url.pathname !== `/${repo}/resolve/${HUB_COMMIT}/${path}`)
      return refuse(response, 404, 'EntryNotFound');
    const headers = {
      'x-repo-commit': HUB_COMMIT,
      'x-linked-etag': `"${sha256}"`,
      'x-linked-size': bytes.length,
    };
    if (linked && request.headers.accept?.includes('xet-fileinfo') === true) {
      response.writeHead(200, {
        ...headers,
        'content-type': 'application/vnd.xet-fileinfo+json',
        'x-xet-hash': 'a'.repeat(64),
        link: `${link('xet-auth')}, ${link('xet-reconstruction-info')}`,
      });
      return void response.end('{}');
    }
    response.writeHead(302, { ...headers, location: `${cdn}/blob?signature=1` }).end();
  };
}

/** The content network behind the hub. */
export function cdnHandler(
  bytes: Buffer,
  options: (request: IncomingMessage, count: number) => SendOptions = () => ({}),
): Handler {
  return (request, response, count) =>
    sendBytes(request, response, bytes, { etag: '"cdn"', ...options(request, count) });
}

function link(what: string): string {
  return `<http://127.0.0.1:9/${what}>; rel="${what}"`;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-error-code': code });
  response.end(JSON.stringify({ error: `${code} (test)` }));
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
