import { mkdir, mkdtemp, open, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import { addressOf, parseAddress } from '../core/objects/object-address.js';
import { joinInside } from '../core/safe-path.js';
import type { DatasetEntry, DatasetProblem, OnRemark } from './dataset.js';

/** Whether anything stands below an address. @throws MaskbenchError as a bucket does. */
export async function hasObjects(root: string): Promise<boolean> {
  const { bucket, prefix, openBucket } = await bucketAt(root);
  for await (const _ of openBucket(bucket).list(prefix)) return true;
  return false;
}

/**
 * Lists a dataset in a bucket as its layout lists a folder: the names and sizes of all objects are laid out as files without contents in a
 * folder that goes again. Nothing is fetched; paths of samples are addresses, whose objects are fetched when they are read (`onDisk`). Copies
 * from before of objects that have changed since are forgotten.
 *
 * @param list as a layout lists
 * @throws MaskbenchError `data.unsafe-path` for a key that is no path, and as a bucket does.
 */
export async function* listBucket(
  root: string,
  list: (folder: string, onRemark: OnRemark | undefined) => AsyncIterable<DatasetEntry>,
  onRemark: OnRemark | undefined,
): AsyncGenerator<DatasetEntry> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'maskbench-listing-')));
  const there = (text: string): string => text.replaceAll(folder, root);
  const remarked = (problem: DatasetProblem): DatasetProblem => ({
    ...problem,
    path: there(problem.path),
    message: there(problem.message),
  });
  try {
    await layOut(root, folder);
    for await (const entry of list(folder, onRemark && ((remark) => onRemark(remarked(remark))))) {
      if (entry.kind === 'problem') yield { kind: 'problem', problem: remarked(entry.problem) };
      else {
        const { sample } = entry;
        const paths = { imagePath: there(sample.imagePath), truthPath: there(sample.truthPath) };
        yield { kind: 'sample', sample: { ...sample, ...paths } };
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function layOut(root: string, folder: string): Promise<void> {
  const { bucket, prefix, openBucket } = await bucketAt(root);
  const { forgetIfOther } = await import('../core/objects/kept-objects.js');
  let above = '';
  for await (const { key, ...found } of openBucket(bucket).list(prefix)) {
    // What some tools put for a folder.
    if (key.endsWith('/')) continue;
    const address = addressOf({ bucket, key });
    await forgetIfOther(address, found);
    const path = joinInside(folder, key.slice(prefix.length));
    try {
      if (dirname(path) !== above) await mkdir((above = dirname(path)), { recursive: true });
      const file = await open(path, 'wx');
      await file.truncate(found.bytes);
      await file.close();
    } catch (cause) {
      throw new MaskbenchError('data.unsafe-path', 'the key cannot be a path beside the others', {
        where: address,
        remedy: 'rename the object: "a" and "a/b" are no file and folder of one name',
        cause,
      });
    }
  }
}

/** Loaded when a bucket is listed, and not with every dataset. */
async function bucketAt(root: string) {
  const { openBucket } = await import('../core/objects/bucket.js');
  const { bucket, key } = parseAddress(root);
  return { bucket, prefix: key === '' ? '' : `${key}/`, openBucket };
}
