import { MaskbenchError } from '../core/errors.js';

/** What every statistic takes: plain or typed arrays of finite numbers. */
export type Values = readonly number[] | Float32Array | Float64Array;

/** A one- or two-sided question about a difference; `greater` asks whether it lies above zero. */
export type Alternative = 'two-sided' | 'greater' | 'less';

/** Throws `internal` on the first value that is NaN or infinite: undefined scores are the caller's to leave out. */
export function requireFinite(values: Values, what: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new MaskbenchError('internal', `${what}: value ${i} of ${values.length} is ${values[i]}`, {
        remedy: 'leave undefined scores out before asking for statistics',
      });
    }
  }
}

/** Throws `internal` unless the two arrays pair up value by value. */
export function requirePaired(a: Values, b: Values, what: string): void {
  if (a.length !== b.length) {
    throw new MaskbenchError('internal', `${what}: ${a.length} values against ${b.length}`, {
      remedy: 'pair the values by image first',
    });
  }
  requireFinite(a, what);
  requireFinite(b, what);
}

/** Throws `internal` unless `low < value < high`. */
export function requireBetween(value: number, low: number, high: number, what: string): void {
  if (!(value > low && value < high)) {
    throw new MaskbenchError('internal', `${what} is ${value}; it must lie between ${low} and ${high}`);
  }
}

/** Throws `internal` unless the value is a whole number of at least `least`. */
export function requireWhole(value: number, least: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new MaskbenchError(
      'internal',
      `${what} is ${value}; it must be a whole number of at least ${least}`,
    );
  }
}

/** The values as a plain array; simple-statistics takes nothing else. A plain array is passed through. */
export function asArray(values: Values): readonly number[] {
  return values instanceof Float64Array || values instanceof Float32Array ? Array.from(values) : values;
}

/** An ascending copy, as doubles. */
export function ascending(values: Values): Float64Array {
  return Float64Array.from(values).sort();
}

/** The arithmetic mean of at least one value, by a plain sum. */
export function meanOf(values: Values): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
