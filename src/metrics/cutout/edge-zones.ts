import {
  complement,
  countBits,
  difference,
  forEachRun,
  packAtLeast,
  type BitMask,
} from '../../image/bit-mask.js';
import { dilateDisc } from '../../image/morphology.js';
import type { TruthIntermediate } from '../metric.js';

/** The subject is what is foreground at this value or more, whatever the conventions of the `fixed` protocol. */
export const EDGE_CUT = 128;
/** Reach of the rim to each side of the edge, in parts of the image's diagonal. */
export const RIM_SHARE = 0.01;

/** Where a pixel lies: deep in the subject, in it near its edge, outside near the edge, or far outside. */
export const ZONES = ['core', 'inner', 'outer', 'far'] as const;
export type Zone = (typeof ZONES)[number];

/** A ground truth cut up along its edge. */
export interface EdgeZones {
  /** Index into `ZONES` of each pixel, row-major. */
  readonly of: Uint8Array;
  readonly pixels: Readonly<Record<Zone, number>>;
  /** Sum of the truth's 8-bit values outside of the core: thin structures, hair, and the subject's own rim. */
  readonly detail: number;
  /** Pixels of value 255. */
  readonly opaquePixels: number;
}

/** Reach of the rim in whole pixels, at least 1. */
export function rimRadius(width: number, height: number): number {
  return Math.max(1, Math.round(RIM_SHARE * Math.hypot(width, height)));
}

/** The zones of a ground truth, by Euclidean distance between pixels; beyond the image, and where it is ignored, there is neither side. */
export const edgeZones: TruthIntermediate<EdgeZones> = {
  name: 'zones along the edge of the truth',
  compute: ({ image, ignored, pixels: all }) => {
    const { width, height, data } = image;
    const radius = rimRadius(width, height);
    const subject = packAtLeast(image, EDGE_CUT);
    const outside = ignored?.mask;
    const reach = dilateDisc(subject, radius);
    const reached = outside === undefined ? reach : difference(reach, outside);
    const core = complement(dilateDisc(complement(subject, outside), radius), outside);
    const of = new Uint8Array(data.length).fill(ZONES.indexOf('far'));
    paint(of, reached, 'outer');
    paint(of, subject, 'inner');
    paint(of, core, 'core');
    const [inSubject, inCore] = [countBits(subject), countBits(core)];
    const inReach = countBits(reached);
    const pixels = {
      core: inCore,
      inner: inSubject - inCore,
      outer: inReach - inSubject,
      far: all - inReach,
    };
    return { of, pixels, ...measure(data, of) };
  },
};

function paint(of: Uint8Array, mask: BitMask, zone: Zone): void {
  const value = ZONES.indexOf(zone);
  forEachRun(mask, (y, from, to) => of.fill(value, y * mask.width + from, y * mask.width + to));
}

function measure(data: Uint8Array, of: Uint8Array): Pick<EdgeZones, 'detail' | 'opaquePixels'> {
  const core = ZONES.indexOf('core');
  let detail = 0;
  let opaquePixels = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value === 0) continue;
    if (of[i] !== core) detail += value;
    if (value === 255) opaquePixels++;
  }
  return { detail, opaquePixels };
}
