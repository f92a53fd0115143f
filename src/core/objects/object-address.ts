import { resolve } from 'node:path';
import { MaskbenchError } from '../errors.js';

/** A place in a bucket. */
interface ObjectAddress {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly key: string;
}

const SCHEME = 's3://';

/** Whether this is meant as the address of something in a bucket, and not as a path. */
export function isObjectAddress(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** @throws MaskbenchError `usage`, which repeats nothing that may be a secret. */
export function parseAddress(text: string): ObjectAddress {
  const [, bucket, key = ''] = /^s3:\/\/([\w][\w.-]{1,254})(?:\/(.*))?$/s.exec(text) ?? [];
  if (bucket !== undefined) return { bucket, key: key.replaceAll(/^\/+|\/+$/g, '') };
  throw new MaskbenchError('usage', 'this is no address in a bucket', {
    where: text.includes('@') ? `${SCHEME}...` : text,
    remedy: text.includes('@')
      ? 'credentials have no place in an address: they come from the environment, as for the AWS tools'
      : 'expected s3://bucket/prefix',
  });
}

export function addressOf({ bucket, key }: ObjectAddress): string {
  return key === '' ? `${SCHEME}${bucket}` : `${SCHEME}${bucket}/${key}`;
}

/** A place that somebody named: an address in a bucket as it is, or an absolute path. */
export function placeFrom(cwd: string, text: string): string {
  if (isObjectAddress(text)) return addressOf(parseAddress(text));
  return isObjectAddress(cwd) ? placeFrom('', `${cwd}/${text}`) : resolve(cwd, text);
}
