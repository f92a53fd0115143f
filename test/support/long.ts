/**
 * Whether tests take their long form: more repetitions, every case of a family. `.ci/long` asks for it by
 * MASKBENCH_LONG=1; `npm test` proves the same of fewer.
 */
const IS_LONG = process.env['MASKBENCH_LONG'] === '1';

/** What a test does in its short form, or in its long one. */
export function shortOrLong<T>(short: T, long: T): T {
  return IS_LONG ? long : short;
}
