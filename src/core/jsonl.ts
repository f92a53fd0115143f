import { createReadStream } from 'node:fs';
import { open, truncate, type FileHandle } from 'node:fs/promises';
import { MaskbenchError } from './errors.js';

/** A file of JSON lines that only grows. Each line is written whole, in the order of the calls. */
export interface JsonlWriter {
  append(record: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Opens for appending, after cutting off a last line that a killed process left torn. */
export async function openJsonl(path: string): Promise<JsonlWriter> {
  const file = await open(path, 'a+');
  await dropTornLine(file, path);
  // A failed write fails all later ones too: after half a line nothing may follow (reopening cuts it off).
  let last = Promise.resolve();
  return {
    append(record) {
      last = last.then(() => file.appendFile(`${JSON.stringify(record)}\n`));
      return last;
    },
    async close() {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}

/** The records of a file in order; none if it does not exist. A torn last line (no newline) is left out. */
export async function* readJsonl<T>(path: string): AsyncGenerator<T, void, undefined> {
  const stream = createReadStream(path, { encoding: 'utf8' });
  let rest = '';
  let number = 0;
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield parse<T>(line, path, ++number);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
}

function parse<T>(line: string, path: string, number: number): T {
  try {
    return JSON.parse(line) as T;
  } catch (cause) {
    throw new MaskbenchError('data.unreadable', 'not a line of JSON', {
      where: `${path}:${number}`,
      remedy: 'the run folder was edited or damaged; start a new run',
      cause,
    });
  }
}

const CHUNK = 65_536;

/** Cuts the file after its last newline. */
async function dropTornLine(file: FileHandle, path: string): Promise<void> {
  const { size } = await file.stat();
  const chunk = Buffer.alloc(CHUNK);
  for (let end = size; end > 0; end -= CHUNK) {
    const start = Math.max(0, end - CHUNK);
    const { bytesRead } = await file.read(chunk, 0, end - start, start);
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline >= 0) {
      if (start + newline + 1 < size) await truncate(path, start + newline + 1);
      return;
    }
  }
  if (size > 0) await truncate(path, 0);
}
