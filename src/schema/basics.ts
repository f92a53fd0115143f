import { z } from 'zod';
import { EXIT_STATUS, type ErrorCode } from '../core/errors.js';

/** A document of a schema as its readers see it: plain data that nobody writes to, at any depth. */
export type Document<S extends z.ZodType> = Frozen<z.output<S>>;

type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: Frozen<T[K]> };

export const text = z.string();
/** JSON has neither NaN nor infinities, and neither has this. */
export const figure = z.number();
export const count = z.number().int().nonnegative();
export const orNull = <S extends z.ZodType>(schema: S): z.ZodNullable<S> => schema.nullable();

const [first, ...others] = Object.keys(EXIT_STATUS) as ErrorCode[];
const errorCode = z.enum([first, ...others]);

/** A `Failure` (core/failure.ts). */
export const failure = z
  .object({ code: errorCode, message: text, where: z.exactOptional(text) })
  .meta({ id: 'Failure', description: 'Why there is no result.' });

export const undefinedValue = z
  .object({ undefined: text })
  .meta({ id: 'Undefined', description: 'Why there is no figure.' });

export const metricValue = z
  .union([figure, undefinedValue])
  .describe('A finite number, or the reason why there is none; never NaN, -1 or a silent 0.');

export const caution = z
  .enum(['few-values', 'skewed'])
  .describe('Why an interval is rough: too few values, or a few of them carry the figure.');

export const better = z.enum(['higher', 'lower']);
