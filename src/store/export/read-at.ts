import { open } from 'node:fs/promises';
import type { z } from 'zod';
import { parseLine, type Line } from '../../core/jsonl.js';

/** Reads lines of a file by their places, in any order. */
export interface LineReader {
  read<S extends z.ZodType>(place: Omit<Line, 'text'>, schema: S): Promise<z.output<S>>;
  close(): Promise<void>;
}

export async function openLines(path: string): Promise<LineReader> {
  const file = await open(path, 'r');
  return {
    async read({ number, start, length }, schema) {
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
      return parseLine({ number, text: buffer.toString('utf8') }, path, schema);
    },
    close: () => file.close(),
  };
}
