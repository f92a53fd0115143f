import { InvalidArgumentError } from '@commander-js/extra-typings';

/** `a,b,c`. */
export const list = (text: string): string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('expected names separated by commas.');
  return names;
};

const repeatable = new WeakSet<(text: string, before: never) => unknown>();

/** The values of a flag that may be given several times, in their order; any other is refused the second time. */
export function each<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => readonly T[] {
  const values = (text: string, before: readonly T[] = []): readonly T[] => [...before, parse(text)];
  repeatable.add(values);
  return values;
}

/** Whether what reads a flag's value is of one that may be given several times. */
export function isEach(parse: ((text: string, before: never) => unknown) | undefined): boolean {
  return parse !== undefined && repeatable.has(parse);
}

/** A whole number from 1. */
export const count = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1.');
  return Number(text);
};

/** Millions of pixels, also a part of one. */
export const megapixels = (text: string): number => {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('expected megapixels, such as 1000.');
  return Number(text);
};

/** Seconds, also a part of one. */
export const seconds = (text: string): number => {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError('expected seconds, such as 90.');
  return Number(text);
};

/** `i/n`. */
export const shard = (text: string): [number, number] => {
  const [, part = '', parts = ''] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  if (part === '' || Number(part) > Number(parts)) {
    throw new InvalidArgumentError('expected i/n with 1 <= i <= n, such as 2/4.');
  }
  return [Number(part), Number(parts)];
};

/** `auto`, or the number of a shard from 1. */
export const autoOrCount = (text: string): 'auto' | number => (text === 'auto' ? text : count(text));

/** An 8-bit level that a threshold can be, 1 to 255. */
export const level = (text: string): number => {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > 255) {
    throw new InvalidArgumentError('expected a whole number from 1 to 255.');
  }
  return Number(text);
};

/** How many of 64 bits. */
export const bits = (text: string): number => {
  if (!/^\d{1,2}$/.test(text) || Number(text) > 64) {
    throw new InvalidArgumentError('expected a whole number from 0 to 64.');
  }
  return Number(text);
};

/** The names of a registry, as the choices of a flag. */
export function keysOf<K extends string>(registry: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(registry) as K[];
}
