import type { Readable } from 'node:stream';
import { LONGEST_LINE } from './protocol.js';

/** Lines that nobody has asked for are kept only so many: they are no part of the protocol. */
const MOST_WAITING = 16;

/** What a program prints, line by line; empty lines are left out, and one that never ends is cut. */
export function linesOf(stream: Readable | null): { next(): Promise<string> } {
  const waiting: string[] = [];
  let deliver: ((line: string) => void) | undefined;
  let rest = '';
  const push = (line: string): void => {
    if (line.trim() === '') return;
    if (deliver !== undefined) {
      deliver(line);
      deliver = undefined;
    } else if (waiting.length < MOST_WAITING) waiting.push(line);
  };
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) push(line);
    if (rest.length <= LONGEST_LINE) return;
    push(rest);
    rest = '';
  });
  return {
    next() {
      const line = waiting.shift();
      return line === undefined ? new Promise((resolve) => (deliver = resolve)) : Promise.resolve(line);
    },
  };
}
