import { compositeDifference } from './composite-difference.js';
import { edgeZones, rimRadius } from './edge-zones.js';
import { cutoutMetrics } from './errors.js';
import type { Pair } from '../metric.js';
import type { Step } from '../protocol.js';
import { percent, valueText, whole } from '../explain-text.js';

/** The zones along the true edge and the sums behind the cut-out's errors. */
export function explainCutout(pair: Pair): readonly Step[] {
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
