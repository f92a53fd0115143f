import { isDefined, type MetricValue } from '../schema/metric-value.js';
import type { Confusion } from './metric.js';

/** 12,345. */
export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

/** Six significant digits, without exponent for what scores are. */
export function figure(value: number): string {
  if (value === 0 || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 ? value.toFixed(Math.max(0, 5 - Math.floor(Math.log10(size)))) : value.toExponential(3);
}

export function valueText(value: MetricValue): string {
  return isDefined(value) ? figure(value) : `undefined (${value.undefined})`;
}

export function countsText({ tp, fp, fn, tn }: Confusion): string {
  return `TP ${whole(tp)}  FP ${whole(fp)}  FN ${whole(fn)}  TN ${whole(tn)}`;
}
