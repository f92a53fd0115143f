import { createReadStream } from 'node:fs';
import { open, truncate, type FileHandle } from 'node:fs/promises';
import type { z } from 'zod';
import { MaskbenchError } from './errors.js';
import { plainIssue } from './plain-issue.js';

/** A file of JSON lines that only grows. Each line is written whole, in the order of the calls. */
export interface JsonlWriter {
  append(record: unknown): Promise<void>;
  /** A line as it stands in another file, without its line feed. */
  appendLine(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens for appending, after cutting off a last line that a killed process left torn. */
export async function openJsonl(path: string): Promise<JsonlWriter> {
  const file = await open(path, 'a+');
  await dropTornLine(file, path);
  // A failed write fails all later ones too: after half a line nothing may follow (reopening cuts it off).
  let last = Promise.resolve();
  const appendLine = (text: string): Promise<void> => {
    last = last.then(() => file.appendFile(`${text}\n`));
    return last;
  };
  return {
    append: (record) => appendLine(JSON.stringify(record)),
    appendLine,
    async close() {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}

/** A line of a file with its place: its number from 1, where it begins and its length without the line feed, in bytes. */
export interface Line {
  readonly number: number;
  readonly start: number;
  readonly length: number;
  readonly text: string;
}

/** The lines of a file in order; none if it does not exist. A torn last line (no line feed) is left out. */
export async function* readLines(path: string): AsyncGenerator<Line, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  let number = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, from)) {
        const length = end - from;
        yield { number: ++number, start, length, text: data.toString('utf8', from, end) };
        start += length + 1;
        from = end + 1;
      }
      rest = data.subarray(from);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
}

/**
 * The records of a file in order, each checked by the schema; otherwise as `readLines`.
 *
 * @throws MaskbenchError `data.unreadable`, naming file, line and what is not as it should be.
 */
export async function* readJsonl<S extends z.ZodType>(
  path: string,
  schema: S,
): AsyncGenerator<z.output<S>, void, undefined> {
  for await (const line of readLines(path)) yield parseLine(line, path, schema);
}

/** @throws MaskbenchError as `readJsonl` does. */
export function parseLine<S extends z.ZodType>(
  { text, number }: Pick<Line, 'text' | 'number'>,
  path: string,
  schema: S,
): z.output<S> {
  const damaged = (how: string, cause: unknown): MaskbenchError =>
    new MaskbenchError('data.unreadable', how, {
      where: `${path}:${number}`,
      remedy: 'the file was edited or damaged: restore it, or make it again',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged('not a line of JSON', cause);
  }
  const { success, data, error } = schema.safeParse(value, { error: plainIssue });
  if (success) return data;
  throw damaged(firstIssue(error), error);
}

/** The first thing that a document is not as it should be in: `metrics.iou: Invalid input`. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  const at = issue?.path.map(String).join('.') ?? '';
  return `${at === '' ? '' : `${at}: `}${issue?.message ?? 'not as it should be'}`;
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
