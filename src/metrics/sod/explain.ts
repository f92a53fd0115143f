import { percent } from '../../core/text.js';
import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import { curvesOfCounts, type CurveName } from '../curves.js';
import { countsByClass, sodHistogram } from '../joint-histogram.js';
import type { Pair } from '../metric.js';
import { sodCurves } from './curves.js';
import { correctionEffort } from './hce.js';
import { stretchedMae } from './mae.js';
import { sMeasure, structureTerms } from './s-measure.js';
import { stretch } from './stretch.js';
import { sodCounts } from './thresholds.js';
import { weightedF, weightedTerms } from './weighted-f.js';
import type { Step } from '../protocol.js';
import { countsText, figure, valueText, whole } from '../explain-text.js';

/** Stretch, thresholds and their counts, and the terms of S, weighted F and HCE. */
export function explainSod(pair: Pair): readonly Step[] {
  const { foregroundTotal, backgroundTotal } = pair.get(sodHistogram);
  const all = foregroundTotal + backgroundTotal;
  const { min, max, level, adaptiveThreshold } = pair.get(stretch);
  const { adaptive, binary } = pair.get(sodCounts);
  const valueFrom = (selected: (l: number) => boolean): string => {
    const value = level.findIndex(selected);
    return value > max || value === -1 ? 'no value of the file' : `values >= ${Math.max(value, min)}`;
  };
  return [
    {
      label: 'ground truth',
      text: `foreground is > 128: ${whole(foregroundTotal)} pixels (${percent(foregroundTotal / all)})`,
    },
    {
      label: 'stretch',
      text:
        min === max
          ? `the prediction is ${min} everywhere and left as it is: p = ${min} / 255`
          : `p = (value - ${min}) / (${max} - ${min}), so that it spans 0..1`,
    },
    {
      label: 'adaptive',
      text: `p >= min(2 x mean of p, 1) = ${figure(adaptiveThreshold)}: ${valueFrom((l) => l >= adaptiveThreshold)}`,
    },
    { label: '', text: countsText(adaptive) },
    { label: 'binary', text: `p > 0.5: ${valueFrom((l) => l > 0.5)}` },
    { label: '', text: countsText(binary) },
    ...curveSteps(pair),
    { label: 'MAE', text: `mean |p - g| = ${figure(stretchedMae(pair))}` },
    structureStep(pair, foregroundTotal, backgroundTotal),
    ...weightedSteps(pair, foregroundTotal),
    correctionStep(pair),
  ];
}

function curveSteps(pair: Pair): readonly Step[] {
  const curves = curvesOfCounts(sodCurves, pair.get(countsByClass), pair.conventions);
  const step = (label: string, name: CurveName): Step => {
    const values: readonly MetricValue[] = curves[name] ?? [];
    const lost = values.find((value) => !isDefined(value));
    if (lost !== undefined) return { label, text: valueText(lost) };
    const known = values.filter(isDefined);
    const best = known.reduce((at, value, t) => (value > known[at] ? t : at), 0);
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    return {
      label,
      text: `over p x 255 >= 0..255: maximum ${figure(known[best])} (first at ${best}), mean ${figure(mean)}`,
    };
  };
  return [step('F', 'f'), step('E', 'e'), step('IoU', 'iou')];
}

function structureStep(pair: Pair, foreground: number, background: number): Step {
  const value = figure(sMeasure(pair));
  if (foreground === 0) return { label: 'S', text: `ground truth empty: 1 - mean of p = ${value}` };
  if (background === 0) return { label: 'S', text: `ground truth full: mean of p = ${value}` };
  const { object, region } = structureTerms(pair);
  return {
    label: 'S',
    text: `0.5 x object + 0.5 x region = 0.5 x ${figure(object)} + 0.5 x ${figure(region)} = ${value}`,
  };
}

function weightedSteps(pair: Pair, foreground: number): readonly Step[] {
  const label = 'weighted F';
  if (foreground === 0) return [{ label, text: 'ground truth empty: 0' }];
  const { foregroundError, backgroundError, recall, precision } = weightedTerms(pair);
  return [
    {
      label,
      text: `weighted error on the foreground ${figure(foregroundError)}, on the background ${figure(backgroundError)}`,
    },
    { label: '', text: `recall 1 - ${figure(foregroundError)} / ${whole(foreground)} = ${figure(recall)}` },
    {
      label: '',
      text: `precision ${figure(foreground - foregroundError)} / (${figure(foreground - foregroundError)} + ${figure(backgroundError)}) = ${figure(precision)}`,
    },
    { label: '', text: `2 R P / (R + P) = ${figure(weightedF(pair))}` },
  ];
}

function correctionStep(pair: Pair): Step {
  const { falsePositive: fp, falseNegative: fn } = pair.get(correctionEffort);
  const total = fp.points + fp.regions + fn.points + fn.regions;
  return {
    label: 'HCE',
    text: `FP points ${fp.points} + FP regions ${fp.regions} + FN points ${fn.points} + FN regions ${fn.regions} = ${total}`,
  };
}
