import type { MetricSummary } from './summary.js';

/** The pictures of a report: which images are shown, their previews, and every number that is known of them. */
export interface Gallery {
  /** Scored images that the choice was made from. */
  readonly available: number;
  /** What the choice was made by: an id of `metrics`; null where nothing is scored. */
  readonly chosenBy: string | null;
  /** Pixels at this value or more are foreground, 1..255. */
  readonly threshold: number;
  /** Whose mattes are shown, in order; everything by source below is aligned with it. */
  readonly sources: readonly GallerySource[];
  /** Sources that are the same model before and after, as indices into `sources`. */
  readonly changes: readonly GalleryChange[];
  /** Whether only images that changed were chosen. */
  readonly changesOnly: boolean;
  readonly metrics: readonly GalleryMetric[];
  readonly images: readonly GalleryImage[];
  /** Chosen images whose files cannot be shown: moved, changed since the run, or damaged. */
  readonly missing: readonly MissingImage[];
  /** Mattes of the images that are not shown because their run has not kept them. */
  readonly notKept: number;
}

export interface GallerySource {
  /** Unique among the sources; what a reader sees. */
  readonly label: string;
  readonly model: string;
  /** The run that it is of, where there are two: as the user named it. */
  readonly run: string | null;
}

export interface GalleryChange {
  readonly before: number;
  readonly now: number;
}

export type GalleryMetric = Pick<MetricSummary, 'id' | 'name' | 'protocol' | 'better'>;

export interface GalleryImage {
  /** Stable digits of dataset and id: names of files and links are made of it. */
  readonly key: string;
  readonly dataset: string;
  readonly id: string;
  /** Of the picture itself, upright. */
  readonly width: number;
  readonly height: number;
  /** Of the previews. */
  readonly previewWidth: number;
  readonly previewHeight: number;
  /** A relative or `data:` URL each. */
  readonly picture: string;
  readonly truth: string;
  /** Pixels of the ground truth that count nowhere, white where they are; null where there are none. */
  readonly ignored: { readonly url: string; readonly pixels: number } | null;
  readonly mattes: readonly GalleryMatte[];
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Why it was chosen, the strongest reason first. */
  readonly reasons: readonly GalleryReason[];
}

export interface GalleryMatte {
  /** Null where there is none. */
  readonly url: string | null;
  /** Why there is no matte or no score. */
  readonly failure: string | null;
  /** Aligned with `metrics`; null where undefined. */
  readonly values: readonly (number | null)[];
}

/** What an image stands out by. `source` is null for disagreement, which is between all of them. */
export interface GalleryReason {
  readonly kind: GalleryReasonKind;
  readonly source: number | null;
  /** From 1, within its dataset. */
  readonly rank: number;
}

export type GalleryReasonKind = 'regressed' | 'worst' | 'disagreed' | 'improved' | 'best';

export interface MissingImage {
  readonly dataset: string;
  readonly id: string;
  readonly reason: string;
}
