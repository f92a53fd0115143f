import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** Where a line of a file begins, and its length without the line feed; in bytes. */
export interface LinePlace {
  readonly start: number;
  readonly length: number;
}

/** The lines of a file with their places; none if there is no file. A torn last line (no line feed) is left out. */
export async function* placedLines(
  path: string,
): AsyncGenerator<LinePlace & { readonly text: string }, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, from)) {
        yield { start, length: end - from, text: data.toString('utf8', from, end) };
        start += end + 1 - from;
        from = end + 1;
      }
      rest = data.subarray(from);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
}

/** Reads lines of a file by their places, in any order. */
export interface LineReader {
  read(place: LinePlace): Promise<string>;
  close(): Promise<void>;
}

export async function openLines(path: string): Promise<LineReader> {
  const file = await open(path, 'r');
  return {
    async read({ start, length }) {
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
      return buffer.toString('utf8');
    },
    close: () => file.close(),
  };
}
