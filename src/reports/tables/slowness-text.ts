import type { RatioSummary, SlownessSummary } from '../../schema/timing-summary.js';
import { formatMs } from './table.js';

/** Picture size is the reason if a line over it explains at least half of the difference, and a quarter of the variance. */
const MOST = 0.5;
const FITS = 0.25;

/**
 * Why a model takes longer on one dataset than on another, in a few words and then the evidence: whether there is a
 * difference beyond chance at all, how much of it lies in the phases around inference, whether inference itself differs
 * (complexity would have to show there: the network's input has one size), and what the sizes of the pictures explain.
 */
export function explainInWords(
  { differenceMs, ratio, megapixels, bySizeMs, r2, ...slowness }: SlownessSummary,
  titleOf: (dataset: string) => string,
): string {
  const { predict, preprocess, inference, postprocess } = differenceMs;
  const [slow, fast] = [titleOf(slowness.slow), titleOf(slowness.fast)];
  const evidence = [
    `${slow} takes ${signedMs(predict)} ms${inPercent(ratio?.predict)} over ${fast}`,
    `inference ${signedMs(inference)}${inPercent(ratio?.inference)}, pre- and postprocessing ${signedMs(preprocess + postprocess)}`,
    bySizeMs === null || r2 === null
      ? 'all pictures are of one size'
      : `picture size (${megapixels.slow.toFixed(1)} and ${megapixels.fast.toFixed(1)} MP) explains ${signedMs(bySizeMs)}, R2 ${r2.toFixed(2)}`,
  ];
  return `${conclude({ differenceMs, ratio, bySizeMs, r2 })}. ${evidence.join('; ')}.`;
}

type Evidence = Pick<SlownessSummary, 'differenceMs' | 'bySizeMs' | 'r2'> & {
  readonly ratio: SlownessSummary['ratio'] | undefined;
};

function conclude({ differenceMs: { predict }, ratio, bySizeMs, r2 }: Evidence): string {
  if (ratio === undefined) return 'too few images to tell';
  if (ratio.predict.lower <= 1) return 'no difference beyond chance';
  if (ratio.inference.lower > 1) return 'inference itself takes longer';
  const bySize = bySizeMs !== null && bySizeMs >= MOST * predict && (r2 ?? 0) >= FITS;
  return bySize
    ? 'picture size, not complexity: inference does not differ'
    : 'the phases around inference, and not for picture size alone; inference does not differ';
}

/** ` (+1.9 %, +1.2 to +2.6)`; nothing where there is no interval. */
function inPercent(ratio: RatioSummary | undefined): string {
  if (ratio === undefined) return '';
  const { estimate, lower, upper } = ratio;
  const percent = (value: number): string => {
    const share = (100 * (value - 1)).toFixed(1);
    return value < 1 ? share : `+${share}`;
  };
  return ` (${percent(estimate)} %, ${percent(lower)} to ${percent(upper)})`;
}

/** `+12.3`, `-0.50`. */
export function signedMs(value: number): string {
  return `${value < 0 ? '-' : '+'}${formatMs(Math.abs(value))}`;
}
