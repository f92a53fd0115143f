import { stat } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import { foldName } from '../core/names.js';
import { withAttributes } from './attributes/with-attributes.js';
import type { DatasetEntry, OnRemark, Sample } from './dataset.js';
import { layoutOf } from './layouts/index.js';
import { hasObjects, listBucket } from './list-bucket.js';
import { problemEntry } from './problem-entry.js';
import { resolveDataset, type ResolvedDataset, type ResolveOptions, tagsOfSplit } from './resolve.js';
import { tellApart } from './same-name.js';
import type { DatasetReference } from './spec.js';
import { isObjectAddress } from '../core/objects/object-address.js';

/** A dataset that is there to be read. */
export interface Dataset extends ResolvedDataset {
  readonly name: string;
  /** The tags of this sample's split, for leakage by cell. */
  tagsOf(sample: Sample): readonly string[];
  /**
   * Samples and problems in code-unit order of their ids; each call reads the folders anew.
   *
   * @param onRemark told of what may not be meant, as files on no side of the pairs, at most once a folder
   */
  entries(onRemark?: OnRemark): AsyncIterable<DatasetEntry>;
}

/** How all samples of a dataset are gone through. */
export interface PassOptions {
  /** Samples at work at once. */
  readonly width?: number;
  readonly onProgress?: (samples: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Resolves a reference (see `resolveDataset`) and makes sure that its root is there.
 *
 * @throws MaskbenchError `data.missing`, with where to get the files; or what `resolveDataset` throws.
 */
export async function loadDataset(
  reference: DatasetReference,
  options: ResolveOptions = {},
): Promise<Dataset> {
  return openDataset(await resolveDataset(reference, options));
}

/**
 * The second half of `loadDataset`, for whoever has resolved the reference before.
 *
 * @throws MaskbenchError `data.missing`, with where to get the files; `usage` for a layout that opens files, of a root in a bucket.
 */
export async function openDataset(resolved: ResolvedDataset): Promise<Dataset> {
  const { spec, root, attributesPath } = resolved;
  assertListable(resolved);
  if (!(await isPresent(resolved))) {
    throw new MaskbenchError('data.missing', `dataset "${spec.name}" is not on this machine`, {
      where: root,
      remedy: howToGet(resolved),
    });
  }
  if (isObjectAddress(attributesPath))
    await (await import('../core/objects/kept-objects.js')).forgetObject(attributesPath);
  return {
    ...resolved,
    name: spec.name,
    tagsOf: ({ attributes }) =>
      tagsOfSplit(spec, attributes['split'] === undefined ? undefined : String(attributes['split'])),
    entries: (onRemark) => withAttributes(apart(listed(resolved, onRemark)), spec, attributesPath, onRemark),
  };
}

/** @throws MaskbenchError `usage` for a layout that opens files, of a root in a bucket: of that there are only names. */
function assertListable({ spec, root }: ResolvedDataset): void {
  if (!isObjectAddress(root) || layoutOf(spec).readsNamesOnly === true) return;
  throw new MaskbenchError('usage', `the layout ${spec.layout} is for folders of this machine`, {
    where: root,
    remedy: 'copy the dataset here, or, if the layout opens no file, let it say so: readsNamesOnly: true',
  });
}

/** Refuses samples whose ids are equal but for case or Unicode form: on many file systems their mattes are one file. */
export async function* apart(entries: AsyncIterable<DatasetEntry>): AsyncGenerator<DatasetEntry> {
  const seen = new Map<string, string>();
  for await (const entry of entries) {
    if (entry.kind === 'problem') {
      yield entry;
      continue;
    }
    const { dataset, id, imagePath } = entry.sample;
    const folded = foldName(id);
    const other = seen.get(folded);
    if (other === undefined) {
      seen.set(folded, id);
      yield entry;
    } else {
      const message = `${tellApart(id, other)}: on many systems that is one file; rename one of the two`;
      yield problemEntry(dataset, id, 'data.duplicate', imagePath, message);
    }
  }
}

function listed(
  { spec, root }: ResolvedDataset,
  onRemark: OnRemark | undefined,
): AsyncIterable<DatasetEntry> {
  const list = (at: string, remark: OnRemark | undefined) => layoutOf(spec).list(spec, at, remark);
  return isObjectAddress(root) ? listBucket(root, list, onRemark) : list(root, onRemark);
}

/** Whether the root of a dataset is a folder on this machine, or has objects in its bucket. */
export async function isPresent({ root }: ResolvedDataset): Promise<boolean> {
  if (isObjectAddress(root)) return hasObjects(root);
  const found = await stat(root).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

function howToGet({ spec, root }: ResolvedDataset): string {
  switch (spec.source?.kind) {
    case 'hf': {
      const pull = `run "maskbench datasets pull ${spec.name}`;
      const terms = spec.terms?.mustAccept === true ? ` --accept-terms" (terms: ${spec.terms.url})` : '"';
      return `${pull}${terms}, or set root to where it is`;
    }
    case 'manual':
      return `get it from ${spec.source.url} and put it there, or set root to where it is ("maskbench datasets pull ${spec.name}" says how)`;
    case undefined:
      return `put its files into ${root}, or set root to where they are`;
  }
}
