import { percent } from '../../core/text.js';
import { fixedConfusion } from '../confusion.js';
import type { Confusion, Conventions, CountScore, Pair } from '../metric.js';
import { boundaryIou, boundaryWidth } from './boundary-iou.js';
import { mae } from './mae.js';
import * as overlap from './overlap.js';
import type { Step } from '../protocol.js';
import { countsText, figure, valueText, whole } from '../explain-text.js';

/** The scores whose formula is shown with its numbers: numerator and denominator in terms of the counts. */
const RATIOS: readonly {
  readonly score: CountScore;
  readonly label: string;
  readonly formula: string;
  readonly numbers: (counts: Confusion) => string;
  readonly denominator: (counts: Confusion) => number;
}[] = [
  {
    score: overlap.iou,
    label: 'IoU',
    formula: 'TP / (TP + FP + FN)',
    numbers: ({ tp, fp, fn }) => `${whole(tp)} / (${whole(tp)} + ${whole(fp)} + ${whole(fn)})`,
    denominator: ({ tp, fp, fn }) => tp + fp + fn,
  },
  {
    score: overlap.dice,
    label: 'Dice',
    formula: '2 TP / (2 TP + FP + FN)',
    numbers: ({ tp, fp, fn }) => `${whole(2 * tp)} / (${whole(2 * tp)} + ${whole(fp)} + ${whole(fn)})`,
    denominator: ({ tp, fp, fn }) => tp + fp + fn,
  },
  {
    score: overlap.pixelAccuracy,
    label: 'pixel accuracy',
    formula: '(TP + TN) / all',
    numbers: ({ tp, fp, fn, tn }) => `(${whole(tp)} + ${whole(tn)}) / ${whole(tp + fp + fn + tn)}`,
    denominator: ({ tp, fp, fn, tn }) => tp + fp + fn + tn,
  },
  {
    score: overlap.precision,
    label: 'precision',
    formula: 'TP / (TP + FP)',
    numbers: ({ tp, fp }) => `${whole(tp)} / (${whole(tp)} + ${whole(fp)})`,
    denominator: ({ tp, fp }) => tp + fp,
  },
  {
    score: overlap.recall,
    label: 'recall',
    formula: 'TP / (TP + FN)',
    numbers: ({ tp, fn }) => `${whole(tp)} / (${whole(tp)} + ${whole(fn)})`,
    denominator: ({ tp, fn }) => tp + fn,
  },
  {
    score: overlap.specificity,
    label: 'specificity',
    formula: 'TN / (TN + FP)',
    numbers: ({ fp, tn }) => `${whole(tn)} / (${whole(tn)} + ${whole(fp)})`,
    denominator: ({ fp, tn }) => tn + fp,
  },
  {
    score: overlap.ber,
    label: 'BER',
    formula: '1 - (recall + specificity) / 2',
    numbers: ({ tp, fp, fn, tn }) =>
      `1 - (${whole(tp)} / ${whole(tp + fn)} + ${whole(tn)} / ${whole(tn + fp)}) / 2`,
    denominator: ({ tp, fp, fn, tn }) => (tp + fn) * (tn + fp),
  },
  {
    score: overlap.kappa,
    label: 'kappa',
    formula: '(po - pe) / (1 - pe)',
    numbers: (counts) => {
      const { observed, chance } = agreement(counts);
      return `(${figure(observed)} - ${figure(chance)}) / (1 - ${figure(chance)})`;
    },
    denominator: (counts) => 1 - agreement(counts).chance,
  },
];

function agreement({ tp, fp, fn, tn }: Confusion): { readonly observed: number; readonly chance: number } {
  const all = tp + fp + fn + tn;
  return {
    observed: (tp + tn) / all,
    chance: ((tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)) / all ** 2,
  };
}

/** Threshold, counts, and the formulas of the overlap scores. */
export function explainFixed(pair: Pair): readonly Step[] {
  const { threshold, empty } = pair.conventions;
  const counts = pair.get(fixedConfusion);
  const { tp, fp, fn, tn } = counts;
  const all = tp + fp + fn + tn;
  const { width, height } = pair.truth.image;
  const foreground = (n: number): string => `${whole(n)} pixels (${percent(n / all)})`;
  return [
    {
      label: 'threshold',
      text: `foreground is >= ${threshold}, of the prediction as it is and of the ground truth`,
    },
    { label: 'foreground', text: `prediction ${foreground(tp + fp)}, ground truth ${foreground(tp + fn)}` },
    { label: 'counts', text: countsText(counts) },
    ...bothEmpty(counts, empty),
    ...RATIOS.map(({ score, label, formula, numbers, denominator }) => {
      const is = denominator(counts) === 0 ? 'which counts as' : '=';
      const value = valueText(score(counts, empty));
      return { label, text: `${formula} = ${numbers(counts)} ${is} ${value}` };
    }),
    { label: 'MAE', text: `mean |p / 255 - [g >= ${threshold}]| = ${valueText(mae.compute(pair))}` },
    {
      label: 'boundary IoU',
      text: `of the rims of ${boundaryWidth(width, height)} pixels (2 % of the diagonal): ${valueText(boundaryIou.compute(pair))}`,
    },
  ];
}

function bothEmpty({ tp, fp, fn }: Confusion, empty: Conventions['empty']): readonly Step[] {
  if (tp + fp + fn > 0) return [];
  const worth = { one: 'perfect', zero: 'worst', skip: 'left out' }[empty];
  return [{ label: 'convention', text: `both masks are empty, which counts as ${worth} (empty:${empty})` }];
}
