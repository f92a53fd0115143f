import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { MaskbenchError } from '../../core/errors.js';

/** Networks that the world outside does not reach: this machine, this link, private and shared ranges (RFC 6890). */
const NETWORKS_4 = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[127, 0, 0, 0], 8],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 168, 0, 0], 16],
  [[255, 255, 255, 255], 32],
] as const;

/** Loopback and unspecified, link-local, site-local, unique local. */
const NETWORKS_6 = [
  ['::', 127],
  ['fe80::', 10],
  ['fec0::', 10],
  ['fc00::', 7],
] as const;

const PRIVATE = new BlockList();
for (const [network, prefix] of NETWORKS_6) PRIVATE.addSubnet(network, prefix, 'ipv6');
for (const [[a, b, c, d], prefix] of NETWORKS_4) {
  // An IPv4 address that is mapped into IPv6 is found by the rule for IPv4; other forms that carry one need their own.
  PRIVATE.addSubnet(`${a}.${b}.${c}.${d}`, prefix, 'ipv4');
  const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
  PRIVATE.addSubnet(`64:ff9b::${high}:${low}`, 96 + prefix, 'ipv6');
  PRIVATE.addSubnet(`2002:${high}:${low}::`, 16 + prefix, 'ipv6');
  PRIVATE.addSubnet(`::${high}:${low}`, 96 + prefix, 'ipv6');
}

/** Whether an address, or the host of a URL, is of a private network by itself: an IP address that is, or localhost. */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return /(^|\.)localhost\.?$/i.test(bare);
  return PRIVATE.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a host is private by itself, or is a name of a private address. */
export async function leadsInside(host: string): Promise<boolean> {
  if (isPrivateHost(host)) return true;
  const found = await lookup(host, { all: true }).catch((): LookupAddress[] => []);
  return found.some(({ address }) => isPrivateHost(address));
}

/** Looks names up for a connection, and refuses those of private addresses: what was looked up before may have changed. */
export const lookUpOutside: LookupFunction = (host, options, answer) => {
  lookUp(host, { ...options, all: true }, (error, found) => {
    const inside = found?.find(({ address }) => isPrivateHost(address));
    const [first] = found ?? [];
    if (error !== null || first === undefined) answer(error, []);
    else if (inside !== undefined) answer(straysInside(`${host} (${inside.address})`), []);
    else if (options.all === true) answer(null, found);
    else answer(null, first.address, first.family);
  });
};

export function straysInside(host: string): MaskbenchError {
  return new MaskbenchError('source.forbidden', `it redirects to ${host}, which is in a private network`, {
    remedy: 'if that is meant, make the address there the source',
  });
}
