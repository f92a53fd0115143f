import { resolve } from 'node:path';
import { MaskbenchError } from '../errors.js';

/** A place in a bucket. */
interface ObjectAddress {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly key: string;
}

const SCHEME = 's3://';
/** What nobody means as a path, right or not: as one it would be a folder called `s3:` or `gs:`. */
const LIKE_ADDRESS = /^(?:[a-z][a-z\d+.-]+:\/\/|s3:\/)/i;

/** Whether this is meant as the address of something in a bucket, and not as a path. */
export function isObjectAddress(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** @throws MaskbenchError `usage`, which repeats nothing that may be a secret. */
export function parseAddress(text: string): ObjectAddress {
  const [, bucket, key = ''] = /^s3:\/\/([\w][\w.-]{1,254})(?:\/(.*))?$/s.exec(text) ?? [];
  if (bucket !== undefined) return { bucket, key: key.replaceAll(/^\/+|\/+$/g, '') };
  throw new MaskbenchError('usage', 'this is no address in a bucket', {
    where: withoutSecret(text),
    remedy: text.includes('@')
      ? 'credentials have no place in an address: they come from the environment, as for the AWS tools'
      : 'expected s3://bucket/prefix',
  });
}

const withoutSecret = (text: string): string => (text.includes('@') ? `${SCHEME}...` : text);

export function addressOf({ bucket, key }: ObjectAddress): string {
  return key === '' ? `${SCHEME}${bucket}` : `${SCHEME}${bucket}/${key}`;
}

/**
 * A place that somebody named: an address in a bucket as it is, or an absolute path.
 *
 * @throws MaskbenchError `usage` for an address of another kind, or one that is none.
 */
export function placeFrom(cwd: string, text: string): string {
  if (LIKE_ADDRESS.test(text)) return addressOf(parseAddress(text));
  return isObjectAddress(cwd) ? placeFrom('', `${cwd}/${text}`) : resolve(cwd, text);
}

/** The same of what can only be a folder. @throws MaskbenchError `usage` for an address: as a path it would be a folder called `s3:`. */
export function folderFrom(cwd: string, text: string): string {
  if (!LIKE_ADDRESS.test(text)) return resolve(cwd, text);
  throw new MaskbenchError('usage', 'a run is a folder, and cannot be in a bucket', {
    where: withoutSecret(text),
    remedy: 'name a folder; plans and data can be in a bucket (docs/scale.md)',
  });
}
