import { MaskbenchError } from '../errors.js';

/**
 * A part of a plug-in with all its functions, those that they return included, in a guard: what they throw comes out as one
 * error that names the plug-in and the part. Errors of Maskbench pass as they are.
 *
 * @param label `plug-in acme: metric acme.sharpness`
 */
export function guarded<T>(value: T, label: string): T {
  return guard(value, label) as T;
}

function guard(value: unknown, label: string): unknown {
  if (typeof value === 'function') return guardFunction(value as (...args: never) => unknown, label);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Promise) {
    return value.then(
      (given) => guard(given, label),
      (error: unknown) => {
        throw pluginFailed(label, error);
      },
    );
  }
  if (Symbol.asyncIterator in value) return guardIterable(value as AsyncIterable<unknown>, label);
  if (Array.isArray(value)) return value.map((one) => guard(one, label));
  // Anything with a class is somebody's own: a schema, a map, an image's bytes.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, guard(of, label)]));
}

function guardFunction(own: (...args: never) => unknown, label: string): unknown {
  return function guardedFunction(this: unknown, ...args: unknown[]): unknown {
    try {
      return guard(Reflect.apply(own, this, args), label);
    } catch (error) {
      throw pluginFailed(label, error);
    }
  };
}

async function* guardIterable(own: AsyncIterable<unknown>, label: string): AsyncGenerator {
  try {
    yield* own;
  } catch (error) {
    throw pluginFailed(label, error);
  }
}

/** What a plug-in threw, as an error that names it. */
export function pluginFailed(label: string, cause: unknown): MaskbenchError {
  if (cause instanceof MaskbenchError) return cause;
  const what = cause instanceof Error ? cause.message : String(cause);
  return new MaskbenchError('plugin.failed', what === '' ? 'it threw an error without words' : what, {
    where: label,
    cause,
  });
}
