import type { MetricValue } from '../../schema/metric-value.js';
import type { Metric, MetricMeta, Pair } from '../metric.js';
import {
  compositeDifference,
  WHITE,
  type CompositeDifference,
  type DifferenceSums,
} from './composite-difference.js';
import { edgeZones, ZONES, type EdgeZones } from './edge-zones.js';

type Background = 'white' | 'black';

const WITHOUT_EDGE = 'truth empty or full: undefined';
const OVER: Readonly<Record<Background, string>> = { white: '(1 - c)', black: 'c' };

export const cutoutMetrics: readonly Metric[] = [
  error(
    {
      id: 'cutout.halo',
      name: 'Halo',
      formula: 'mean of max(a - g, 0) over the outer rim',
      emptyMasks: WITHOUT_EDGE,
    },
    ({ excess }, { pixels }, pair) =>
      pixels.outer === 0 ? noEdge(pair) : excess.outer.alpha / (255 * pixels.outer),
  ),
  halo('white'),
  halo('black'),
  error(
    {
      id: 'cutout.lost_detail',
      name: 'Lost detail',
      formula: 'sum of max(g - a, 0) / sum of g, outside of the core of g',
      emptyMasks:
        'truth without anything outside of its core (empty or full): undefined; prediction empty: 1',
    },
    ({ deficit }, { detail }) =>
      detail === 0
        ? { undefined: 'the ground truth has no detail' }
        : (deficit.inner.alpha + deficit.outer.alpha + deficit.far.alpha) / detail,
  ),
  error(
    {
      id: 'cutout.opacity_loss',
      name: 'Opacity loss',
      formula: 'mean of 1 - a where g = 1',
      emptyMasks: 'truth without opaque pixels: undefined; prediction empty: 1',
    },
    ({ opaqueDeficit }, { opaquePixels }) =>
      opaquePixels === 0
        ? { undefined: 'the ground truth has no opaque pixel' }
        : opaqueDeficit / (255 * opaquePixels),
  ),
  rim('white'),
  rim('black'),
  whole('white'),
  whole('black'),
];

function halo(background: Background): Metric {
  const formula = `mean of max(a - g, 0) ${OVER[background]} over the outer rim`;
  return pictured(
    `cutout.halo_${background}`,
    `Halo on ${background}`,
    formula,
    WITHOUT_EDGE,
    ({ excess }, { pixels }, pair) =>
      pixels.outer === 0 ? noEdge(pair) : meanOver(background, [excess.outer], pixels.outer),
  );
}

function rim(background: Background): Metric {
  const formula = `mean of |a - g| ${OVER[background]} over the rim`;
  return pictured(
    `cutout.rim_${background}`,
    `Difference in the rim on ${background}`,
    formula,
    WITHOUT_EDGE,
    ({ excess, deficit }, { pixels }, pair) => {
      const sums = [excess.inner, excess.outer, deficit.inner, deficit.outer];
      const all = pixels.inner + pixels.outer;
      return all === 0 ? noEdge(pair) : meanOver(background, sums, all);
    },
  );
}

function whole(background: Background): Metric {
  const formula = `mean of |a - g| ${OVER[background]}`;
  return pictured(
    `cutout.${background}`,
    `Difference on ${background}`,
    formula,
    'always defined',
    ({ excess, deficit }, _, { truth }) => {
      const sums = ZONES.flatMap((zone) => [excess[zone], deficit[zone]]);
      return meanOver(background, sums, truth.pixels);
    },
  );
}

function noEdge({ truth }: Pair): MetricValue {
  const among = truth.ignored === undefined ? '' : ' between pixels that count';
  return { undefined: `the ground truth has no edge${among}` };
}

/** Full scale is a difference of 255 in alpha on a pixel that is as far from the background as can be. */
function meanOver(background: Background, sums: readonly DifferenceSums[], pixels: number): number {
  let sum = 0;
  for (const { alpha, overBlack } of sums) {
    sum += background === 'black' ? overBlack : WHITE * alpha - overBlack;
  }
  return sum / (255 * WHITE * pixels);
}

type Compute = (difference: CompositeDifference, zones: EdgeZones, pair: Pair) => MetricValue;

function pictured(id: string, name: string, formula: string, emptyMasks: string, compute: Compute): Metric {
  return error({ id, name, formula, emptyMasks, needsPicture: true }, (difference, zones, pair) =>
    pair.truth.picture === undefined
      ? { undefined: 'there is no picture' }
      : compute(difference, zones, pair),
  );
}

function error(
  meta: Pick<MetricMeta, 'id' | 'name' | 'formula' | 'emptyMasks' | 'needsPicture'>,
  compute: Compute,
): Metric {
  return {
    meta: {
      protocol: 'cutout',
      range: [0, 1],
      better: 'lower',
      source: 'Maskbench',
      cost: 'pixels',
      ...meta,
    },
    compute: (pair) => compute(pair.get(compositeDifference), pair.truth.get(edgeZones), pair),
  };
}
