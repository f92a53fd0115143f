import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';

/** The specs that come along, one of each contract that `service-server.ts` speaks. */
const FILES = {
  cloudflare: 'cloudflare-images.yaml',
  removebg: 'remove-bg.yaml',
  replicate: 'replicate.yaml',
} as const;

export type Contract = keyof typeof FILES;
export const CONTRACTS = Object.keys(FILES) as Contract[];

export const SECRET = 'hush-0c5e9a-not-to-be-seen';

/**
 * How a service of this contract is called at another place, with the secret in MASKBENCH_TEST_SECRET, for nothing and as fast as can be;
 * with further fields.
 */
export function serviceOf(
  contract: Contract,
  origin: string,
  fields: Readonly<Record<string, unknown>> = {},
): object {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs', 'services', FILES[contract]), 'utf8');
  const { http } = parse(text.replaceAll(/\$\{\w+\}/g, '${MASKBENCH_TEST_SECRET}')) as {
    readonly http: Readonly<Record<string, unknown>> & { readonly url: string };
  };
  const {
    price: _price,
    maximumCost: _maximum,
    perMinute: _pace,
    concurrency: _lanes,
    tellingHeaders: _told,
    ...spec
  } = http;
  return {
    ...spec,
    url: spec.url.replace(/^https:\/\/[^/]+/, origin),
    ...(contract === 'replicate'
      ? { poll: { everySeconds: 0.05, withinSeconds: 20 }, idempotencyHeader: 'Idempotency-Key' }
      : {}),
    ...fields,
  };
}
