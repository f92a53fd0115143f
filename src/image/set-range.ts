import type { BitMask } from './bit-mask.js';

/** Sets the pixels `from <= x < to` of a row, `from < to`, both inside the image. */
export function setRange({ words, stride }: BitMask, y: number, from: number, to: number): void {
  const start = y * stride + (from >> 5);
  const end = y * stride + ((to - 1) >> 5);
  const head = -1 << (from & 31);
  const tail = -1 >>> (31 - ((to - 1) & 31));
  if (start === end) {
    words[start] |= head & tail;
    return;
  }
  words[start] |= head;
  for (let i = start + 1; i < end; i++) words[i] = -1;
  words[end] |= tail;
}
