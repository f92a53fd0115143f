import { canonicalJson, sha256 } from '../../core/hash.js';
import { isOffline, type EnsureOptions } from '../../models/sources/ensure-file.js';
import type { LoadedSpec, ReadyModel } from '../runner.js';
import { secretsOf, type Secrets } from './secrets.js';
import type { HttpSpec } from './spec.js';

interface HttpAssets {
  readonly secrets: Secrets;
  readonly isOffline: boolean;
  /** Where proxies are named. */
  readonly env: NodeJS.ProcessEnv;
}

export type HttpModel = ReadyModel<HttpSpec, HttpAssets>;

/** Finds a service's secrets; it is not called. @throws MaskbenchError `usage` for one that is not set. */
export async function ensureService(
  { spec }: LoadedSpec<HttpSpec>,
  { env = process.env, offline }: Omit<EnsureOptions, 'name' | 'baseDir'>,
): Promise<HttpModel> {
  const { version } = spec.http;
  return {
    spec,
    assets: { secrets: secretsOf(spec.http, env), isOffline: isOffline(offline, env), env },
    sha256: sha256(canonicalJson(contractOf(spec))),
    bytes: 0,
    ...(version === undefined ? {} : { version }),
  };
}

/** Of a spec what a matte may depend on: not how often, how fast and for how much money the service is called. */
export function contractOf({ feeding, http }: HttpSpec): object {
  const { method, url, pictures, headers, body, poll, answer, matte, version } = http;
  const asked = poll === undefined ? {} : { poll: { url: poll.url, status: poll.status } };
  return { feeding, method, url, pictures, headers, body, ...asked, answer, matte, version };
}
