import { EDGE_CUT, RIM_SHARE } from './cutout/edge-zones.js';
import type { Conventions, Protocol } from './metric.js';

/** Raised whenever a metric of the protocol gives another number for the same images and conventions. */
const VERSIONS: Readonly<Record<Protocol, number>> = { fixed: 1, sod: 1, matting: 1, cutout: 1 };

/** What is done to images before, and to values after, a metric sees them. */
export interface SignatureOptions {
  /** How predictions were brought to the ground truth's size, e.g. `bilinear`; left out when sizes had to agree. */
  readonly resize?: string;
  /** For a number of many images: the mean of theirs, or one of their pixels pooled. */
  readonly aggregate?: 'mean' | 'pooled';
}

/**
 * One short string that pins every convention behind a protocol's numbers, in the manner of sacreBLEU: the protocol,
 * `key:value` parts, the version. Numbers may be held against each other only when their signatures are equal.
 */
export function signatureOf(
  protocol: Protocol,
  conventions: Conventions,
  { resize, aggregate }: SignatureOptions = {},
): string {
  return [
    protocol,
    ...parts(protocol, conventions),
    ...(resize === undefined ? [] : [`resize:${resize}`]),
    ...(aggregate === undefined ? [] : [`agg:${aggregate}`]),
    `v:${VERSIONS[protocol]}`,
  ].join('|');
}

/** The signature of each protocol, in the order given. */
export function signaturesOf(
  protocols: readonly Protocol[],
  conventions: Conventions,
  options: SignatureOptions = {},
): readonly string[] {
  return protocols.map((protocol) => signatureOf(protocol, conventions, options));
}

function parts(protocol: Protocol, { threshold, empty }: Conventions): readonly string[] {
  switch (protocol) {
    case 'fixed':
      return [`t:${threshold}`, `empty:${empty}`, 'boundary:0.02'];
    case 'sod':
      return ['truth:>128', 'stretch:minmax', 'beta2:0.3', 'alpha:0.5', 'relax:5', 'epsilon:2'];
    case 'matting':
      return ['area:image', 'sigma:1.4', 'step:0.1', 'tau:0.15'];
    case 'cutout':
      return [`edge:>=${EDGE_CUT}`, `rim:${RIM_SHARE}`, 'backgrounds:white+black'];
  }
}
