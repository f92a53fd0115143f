import { isObjectAddress } from './object-address.js';

/**
 * Where a file lies on this machine: a path as it is, and of an object in a bucket a copy in the cache, which is fetched once.
 *
 * @throws MaskbenchError `data.missing` where there is no such object, and as a bucket does.
 */
export async function onDisk(path: string): Promise<string> {
  return isObjectAddress(path) ? (await import('./kept-objects.js')).keptCopy(path) : path;
}
