import { InvalidArgumentError } from 'commander';

/** `a,b,c`. */
export const list = (text: string): string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('expected names separated by commas.');
  return names;
};

/** A whole number from 1. */
export const count = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1.');
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
