import { meanOf, type Values } from './values.js';

/** The sample's first three moments, and what the interval formulas make of them. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Standard error of the mean: sd / sqrt(n), divisor n - 1 inside. */
  readonly standardError: number;
  /** m3 / m2^1.5, the moments with divisor n; zero where there is no spread. */
  readonly skewness: number;
}

/** Two passes; no value, or a single one, has neither spread nor skewness. */
export function momentsOf(values: Values): Moments {
  const n = values.length;
  const mean = meanOf(values);
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < n; i++) {
    const d = values[i] - mean;
    squares += d * d;
    cubes += d * d * d;
  }
  return {
    n,
    mean,
    standardError: n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n),
    skewness: squares > 0 ? cubes / n / (squares / n) ** 1.5 : 0,
  };
}

/** Whether all values are the same number. */
export function isConstant(values: Values): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
