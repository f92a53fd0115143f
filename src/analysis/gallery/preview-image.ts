import { MaskbenchError } from '../../core/errors.js';
import type { GalleryImage } from '../../schema/gallery.js';
import { assertUnchanged } from '../../core/hash-file.js';
import { readChecked, type CheckedReading } from '../../datasets/values/read-checked.js';
import { decodeMatte, decodeTruth, encodeMattePreview, encodePicturePreview } from '../../image/codec.js';
import { blankIgnored, ignoredPixels } from '../../image/ignored-pixels.js';
import type { MaskImage } from '../../image/raster.js';
import type { PlannedSample } from '../../schema/planned-sample.js';

/** Takes a preview and says by which URL a page finds it. */
export type StorePreview = (name: string, bytes: Uint8Array) => Promise<string>;

interface PreviewRequest {
  readonly key: string;
  readonly sample: PlannedSample;
  /** How the run read its ground truths; unknown in runs of 0.1. */
  readonly truthReading: CheckedReading | undefined;
  /** Files of the mattes, by source; null where there is none. */
  readonly mattes: readonly (string | null)[];
  /** Previews are at most this wide and high, in pixels; never enlarged. */
  readonly size: number;
  readonly store: StorePreview;
}

export type Previews = Pick<
  GalleryImage,
  'previewWidth' | 'previewHeight' | 'picture' | 'truth' | 'ignored'
> & {
  /** Null where the file is not there or damaged. */
  readonly mattes: readonly (string | null)[];
};

/**
 * Makes the previews of one image, all equally large: the picture upright and as models see it (no colour profile), the
 * ground truth, what is ignored of it, and the mattes in 256 greys without loss.
 *
 * @throws MaskbenchError `data.*` if the picture or its ground truth is not there, damaged, or not what the run saw.
 */
export async function previewImage(request: PreviewRequest): Promise<Previews> {
  const { key, sample, size, store } = request;
  // A picture beside mattes that were made of another one would show errors that nobody made.
  await assertUnchanged(sample.imagePath, sample.imageSha256);
  await assertUnchanged(sample.truthPath, sample.truthSha256);
  const scale = Math.min(1, size / Math.max(sample.width, sample.height));
  const width = Math.max(1, Math.round(sample.width * scale));
  const height = Math.max(1, Math.round(sample.height * scale));
  const picture = await encodePicturePreview(sample.imagePath, width, height);
  const { truthReading: reading } = request;
  const truth = await (reading === undefined
    ? decodeTruth(sample.truthPath)
    : readChecked(sample.truthPath, reading));
  const urls = {
    picture: await store(`${key}-picture.webp`, picture),
    ...(await previewTruth(truth, width, height, (part, bytes) => store(`${key}-${part}.png`, bytes))),
  };
  const mattes: (string | null)[] = [];
  for (const [i, path] of request.mattes.entries()) {
    const matte = path === null ? null : await previewMatte(path, width, height);
    mattes.push(matte === null ? null : await store(`${key}-matte-${i + 1}.png`, matte));
  }
  return { previewWidth: width, previewHeight: height, ...urls, mattes };
}

/** The ground truth, background where it is ignored, and where that is. */
export async function previewTruth(
  truth: MaskImage,
  width: number,
  height: number,
  store: StorePreview,
): Promise<Pick<Previews, 'truth' | 'ignored'>> {
  const ignored = ignoredPixels(truth);
  const url = await store('truth', await encodeMattePreview(blankIgnored(truth, ignored), width, height));
  if (ignored === undefined) return { truth: url, ignored: null };
  const where = { ...truth, data: ignored.at.map((value) => (value === 0 ? 0 : 255)) };
  const bytes = await encodeMattePreview(where, width, height);
  return { truth: url, ignored: { url: await store('ignored', bytes), pixels: ignored.count } };
}

/** A matte that cannot be read is shown as missing: the run's own summary says what became of its cell. */
async function previewMatte(path: string, width: number, height: number): Promise<Uint8Array | null> {
  try {
    return await encodeMattePreview(await decodeMatte(path), width, height);
  } catch (error) {
    if (error instanceof MaskbenchError) return null;
    throw error;
  }
}
