import { percent } from '../../core/text.js';
import type { Protocol, Step } from '../protocol.js';
import { EDGE_CUT, edgeZones, RIM_SHARE, rimRadius } from './edge-zones.js';
import { cutoutMetrics } from './errors.js';
import { compositeDifference } from './composite-difference.js';
import type { Pair } from '../metric.js';
import { valueText, whole } from '../explain-text.js';

/**
 * What a user sees of a matte, which is the picture laid over another background. All are errors in 0..1, 0 for a matte
 * that equals the ground truth. docs/metrics-cutout.md has the definitions at length.
 */
export const cutout: Protocol = {
  id: 'cutout',
  title: 'Cut-outs',
  metrics: cutoutMetrics,
  conventions: [],
  signature: () => [`edge:>=${EDGE_CUT}`, `rim:${RIM_SHARE}`, 'backgrounds:white+black'],
  version: 1,
  explain: explainCutout,
  headline: 'cutout.halo',
  main: [
    'cutout.halo',
    'cutout.lost_detail',
    'cutout.opacity_loss',
    'cutout.rim_white',
    'cutout.rim_black',
    'cutout.white',
  ],
  table: {
    title: 'Cut-out quality',
    caption:
      'Percent, less is better: old background in the rim outside of the subject, detail and opacity lost, and colour off in the rim and in the whole image, on white and on black (docs/metrics-cutout.md).',
    columns: [
      // `cutout.halo` is the sum of the two.
      { metric: 'cutout.halo_white', group: 'Halo', label: 'white', scale: 100, digits: 2 },
      { metric: 'cutout.halo_black', group: 'Halo', label: 'black', scale: 100, digits: 2 },
      { metric: 'cutout.lost_detail', group: 'Lost', label: 'detail', scale: 100, digits: 2 },
      { metric: 'cutout.opacity_loss', group: 'Lost', label: 'opacity', scale: 100, digits: 2 },
      { metric: 'cutout.rim_white', group: 'Rim', label: 'white', scale: 100, digits: 2 },
      { metric: 'cutout.rim_black', group: 'Rim', label: 'black', scale: 100, digits: 2 },
      { metric: 'cutout.white', group: 'Image', label: 'white', scale: 100, digits: 2 },
      { metric: 'cutout.black', group: 'Image', label: 'black', scale: 100, digits: 2 },
    ],
  },
};

/** The zones along the true edge and the sums behind the cut-out's errors. */
function explainCutout(pair: Pair): readonly Step[] {
  const { pixels, detail, opaquePixels } = pair.truth.get(edgeZones);
  const { excess, deficit, opaqueDeficit } = pair.get(compositeDifference);
  const { width, height } = pair.prediction;
  const lost = deficit.inner.alpha + deficit.outer.alpha + deficit.far.alpha;
  const [halo, , , lostDetail, opacityLoss] = cutoutMetrics.map((metric) => valueText(metric.compute(pair)));
  const rim = pixels.inner + pixels.outer;
  return [
    {
      label: 'rim',
      text: `${rimRadius(width, height)} pixels to each side of the edge (g >= 128): ${whole(pixels.inner)} inside, ${whole(pixels.outer)} outside, ${percent(rim / pair.truth.pixels)} of the ${pair.truth.ignored === undefined ? 'image' : 'pixels that count'}`,
    },
    { label: 'halo', text: `${whole(excess.outer.alpha)} / (255 x ${whole(pixels.outer)}) = ${halo}` },
    { label: 'lost detail', text: `${whole(lost)} / ${whole(detail)} = ${lostDetail}` },
    {
      label: 'opacity loss',
      text: `${whole(opaqueDeficit)} / (255 x ${whole(opaquePixels)}) = ${opacityLoss}`,
    },
  ];
}
