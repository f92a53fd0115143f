/** A metric's value: a finite number, or the reason why there is none. Never NaN, -1 or a silent 0. */
export type MetricValue = number | Undefined;

export interface Undefined {
  readonly undefined: string;
}

export function isDefined(value: MetricValue): value is number {
  return typeof value === 'number';
}
