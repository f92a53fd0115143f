import { hash } from 'node:crypto';
import { MaskbenchError } from './errors.js';

/** Hexadecimal digits of a line's sum: 64 bits, against accidents; against people there is no sum (docs/evidence.md). */
const SUM_DIGITS = 16;
/** `,"sum":"<16 digits>"}` */
const END_CHARACTERS = SUM_DIGITS + 10;

/**
 * A line of JSON with a sum at its end, `,"sum":"<16 hex>"}`: the first digits of the SHA-256 of the line without that member.
 *
 * @param text JSON; what is no object with members, or has its sum already, stays as it is
 */
export function withSum(text: string): string {
  const isRecord = text.startsWith('{"');
  return !isRecord || hasSum(text) ? text : `${text.slice(0, -1)},"sum":"${sumOf(text)}"}`;
}

export function hasSum(text: string): boolean {
  return text.startsWith(',"sum":"', text.length - END_CHARACTERS) && text.endsWith('"}');
}

/** @throws MaskbenchError `run.damaged` for a line whose sum is another text's; one without a sum is not looked at. */
export function assertSum(text: string, where: string): void {
  if (!hasSum(text)) return;
  const end = text.length - END_CHARACTERS;
  if (text.slice(end + 8, -2) === sumOf(`${text.slice(0, end)}}`)) return;
  throw new MaskbenchError('run.damaged', 'the sum at the end of the line does not match the line', {
    where,
    remedy: 'the line was edited or damaged: restore the file, or make the run again',
  });
}

function sumOf(text: string): string {
  return hash('sha256', text).slice(0, SUM_DIGITS);
}
