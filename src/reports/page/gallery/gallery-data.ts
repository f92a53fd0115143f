import type { Gallery, GalleryChange, GalleryMetric } from '../../../schema/gallery.js';

/** What the gallery's script needs besides the markup, where names and pictures are. */
export interface GalleryData {
  readonly threshold: number;
  /** Labels; values of an image are in their order. */
  readonly sources: readonly string[];
  readonly changes: readonly GalleryChange[];
  readonly changesOnly: boolean;
  readonly metrics: readonly Pick<GalleryMetric, 'id' | 'name' | 'better'>[];
  readonly chosenBy: string | null;
  readonly images: readonly GalleryDatum[];
}

export interface GalleryDatum {
  readonly key: string;
  readonly dataset: string;
  readonly id: string;
  /** Width and height of the picture itself, and of its preview. */
  readonly size: readonly [number, number];
  readonly preview: readonly [number, number];
  /** By source, then by metric. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly attributes: Readonly<Record<string, string | number>>;
}

export function galleryData(gallery: Gallery): GalleryData {
  const { threshold, sources, changes, changesOnly, metrics, chosenBy, images } = gallery;
  return {
    threshold,
    sources: sources.map(({ label }) => label),
    changes,
    changesOnly,
    metrics: metrics.map(({ id, name, better }) => ({ id, name, better })),
    chosenBy,
    images: images.map((image) => ({
      key: image.key,
      dataset: image.dataset,
      id: image.id,
      size: [image.width, image.height],
      preview: [image.previewWidth, image.previewHeight],
      values: image.mattes.map(({ values }) => values),
      attributes: image.attributes,
    })),
  };
}
