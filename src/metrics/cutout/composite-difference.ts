import { asWords } from '../count-jointly.js';
import type { Pair, PairIntermediate } from '../metric.js';
import { edgeZones, ZONES, type Zone } from './edge-zones.js';

/** The largest R + G + B of a pixel. */
export const WHITE = 3 * 255;

/** Sums over pixels of |a - g| in 8-bit steps, alone and times the picture's R + G + B: exact integers. */
export interface DifferenceSums {
  readonly alpha: number;
  /** 0 where there is no picture. */
  readonly overBlack: number;
}

/** Where the prediction has more alpha than the truth, and where less, zone by zone. */
export interface CompositeDifference {
  readonly excess: Readonly<Record<Zone, DifferenceSums>>;
  readonly deficit: Readonly<Record<Zone, DifferenceSums>>;
  /** The part of the deficit's `alpha` where the truth is 255. */
  readonly opaqueDeficit: number;
}

/**
 * How the two cut-outs differ. Laid over a background b, a picture c with alpha a is c a + b (1 - a), so that two alphas
 * differ by |a - g| |c - b|: over black |a - g| c, over white |a - g| (1 - c). Sums of the first give both.
 */
export const compositeDifference: PairIntermediate<CompositeDifference> = {
  name: 'difference of the cut-outs',
  compute: (pair) => {
    const { alpha, overBlack, opaqueDeficit } = sumUp(pair);
    const side = (first: number): Readonly<Record<Zone, DifferenceSums>> => {
      const at = (zone: Zone): DifferenceSums => {
        const k = first + ZONES.indexOf(zone);
        return { alpha: alpha[k], overBlack: overBlack[k] };
      };
      return { core: at('core'), inner: at('inner'), outer: at('outer'), far: at('far') };
    };
    return { excess: side(EXCESS), deficit: side(0), opaqueDeficit };
  },
};

/** Sums of an excess stand behind those of a deficit. */
const EXCESS = ZONES.length;

interface Sums {
  readonly alpha: Float64Array;
  readonly overBlack: Float64Array;
  opaqueDeficit: number;
}

function sumUp({ prediction, truth }: Pair): Sums {
  const zoneOf = truth.get(edgeZones).of;
  const picture = truth.picture?.data;
  const p = prediction.data;
  const t = truth.image.data;
  const sums: Sums = {
    alpha: new Float64Array(2 * EXCESS),
    overBlack: new Float64Array(2 * EXCESS),
    opaqueDeficit: 0,
  };
  const { alpha, overBlack } = sums;
  const add = (i: number): void => {
    const d = p[i] - t[i];
    if (d === 0) return;
    const size = d < 0 ? -d : d;
    const k = zoneOf[i] + (d < 0 ? 0 : EXCESS);
    alpha[k] += size;
    if (picture !== undefined) {
      overBlack[k] += size * (picture[3 * i] + picture[3 * i + 1] + picture[3 * i + 2]);
    }
    if (t[i] === 255) sums.opaqueDeficit += size;
  };
  // Where four pixels agree, which is nearly everywhere, there is nothing to add.
  const pWords = asWords(p);
  const tWords = asWords(t);
  for (let w = 0; w < pWords.length; w++) {
    if (pWords[w] === tWords[w]) continue;
    for (let i = 4 * w, end = i + 4; i < end; i++) add(i);
  }
  for (let i = 4 * pWords.length; i < t.length; i++) add(i);
  return sums;
}
