import { MaskbenchError } from '../core/errors.js';
import type { Conventions } from './metric.js';
import { protocolsOf } from './registry.js';

/** What is done to images before, and to values after, a metric sees them. */
export interface SignatureOptions {
  /** How predictions were brought to the ground truth's size, e.g. `bilinear`; left out when sizes had to agree. */
  readonly resize?: string;
  /** What the values of ground truths and of masks made elsewhere mean; left out where that is plain opacity. */
  readonly truths?: string;
  readonly masks?: string;
  /** For a number of many images: the mean of theirs, or one of their pixels pooled. */
  readonly aggregate?: 'mean' | 'pooled';
}

/**
 * One short string that pins every convention behind a protocol's numbers, in the manner of sacreBLEU: the protocol,
 * `key:value` parts, the version. Numbers may be held against each other only when their signatures are equal.
 *
 * @throws MaskbenchError `config.unknown-name` if there is no such protocol.
 */
export function signatureOf(
  id: string,
  conventions: Conventions,
  { resize, truths, masks, aggregate }: SignatureOptions = {},
): string {
  const [protocol] = protocolsOf([id]);
  if (protocol === undefined) throw new MaskbenchError('config.unknown-name', `unknown protocol "${id}"`);
  return [
    id,
    ...protocol.signature(conventions),
    ...(resize === undefined ? [] : [`resize:${resize}`]),
    ...(truths === undefined ? [] : [`truths:${truths}`]),
    ...(masks === undefined ? [] : [`masks:${masks}`]),
    ...(aggregate === undefined ? [] : [`agg:${aggregate}`]),
    `v:${protocol.version}`,
  ].join('|');
}

/** The signature of each protocol, in the order given. */
export function signaturesOf(
  protocols: readonly string[],
  conventions: Conventions,
  options: SignatureOptions = {},
): readonly string[] {
  return protocols.map((protocol) => signatureOf(protocol, conventions, options));
}
