import { createReadStream } from 'node:fs';
import { open, truncate, type FileHandle } from 'node:fs/promises';
import type { z } from 'zod';
import { MaskbenchError } from './errors.js';
import { assertSum, withSum } from './line-sum.js';
import { plainIssue } from './plain-issue.js';
import { unless } from './system-code.js';

/** A file of JSON lines that only grows. Each line is written whole, with its sum, in the order of the calls. */
export interface JsonlWriter {
  /** Several are one write. */
  append(...records: readonly unknown[]): Promise<void>;
  /** Lines as they stand in another file, without their line feeds; several are one write. */
  appendLines(...texts: readonly string[]): Promise<void>;
  /** Forces to the disk what was appended. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens for appending, after cutting off what a killed process or a power cut left torn at the end.
 *
 * @param assertHeld throws once another process writes the file; asked before anything in it is changed.
 */
export async function openJsonl(
  path: string,
  assertHeld: () => Promise<void> = async () => undefined,
): Promise<JsonlWriter> {
  const file = await open(path, 'a+');
  try {
    await assertHeld();
    await dropTornLines(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
  // A failed write fails all later ones too: after half a line nothing may follow (reopening cuts it off).
  let last = Promise.resolve();
  const write = (lines: string): Promise<void> => {
    last = last.then(() => file.appendFile(lines));
    return last;
  };
  return {
    append: (...records) => write(records.map((record) => `${withSum(JSON.stringify(record))}\n`).join('')),
    appendLines: (...texts) => write(texts.map((text) => `${withSum(text)}\n`).join('')),
    sync: () => file.datasync(),
    async close() {
      await last.catch(() => undefined);
      await file.close();
      await assertHeld();
    },
  };
}

/** Items at once, in a file that is read only when it is whole. */
const BATCH = 256;

/** Gathers what is to be appended, so that many items are one write; `flush` appends the last ones. */
export function inBatches<T>(append: (...items: readonly T[]) => Promise<void>): {
  add(item: T): Promise<void>;
  flush(): Promise<void>;
} {
  let waiting: T[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    if (batch.length > 0) await append(...batch);
  };
  return {
    async add(item) {
      if (waiting.push(item) >= BATCH) await flush();
    },
    flush,
  };
}

/** A line of a file with its place: its number from 1, where it begins and its length without the line feed, in bytes. */
export interface Line {
  readonly number: number;
  readonly start: number;
  readonly length: number;
  readonly text: string;
}

/**
 * What a file system puts where a file had grown and the bytes had not come to the disk when the power went. No JSON has
 * it, so that lines are torn from there on: none of them had been forced to the disk.
 */
const NUL = 0;

/**
 * The lines of a file in order; none if it does not exist. A torn end (no line feed, or NUL) is left out.
 *
 * @param see gets all bytes of the file as they are read, a torn line's too
 */
export async function* readLines(
  path: string,
  see?: (bytes: Buffer) => void,
): AsyncGenerator<Line, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  let number = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      see?.(chunk);
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, from)) {
        const length = end - from;
        if (data.subarray(from, end).includes(NUL)) return;
        yield { number: ++number, start, length, text: data.toString('utf8', from, end) };
        start += length + 1;
        from = end + 1;
      }
      rest = data.subarray(from);
    }
  } catch (error) {
    unless('ENOENT')(error);
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

/** @throws MaskbenchError as `readJsonl` does, and `run.damaged` for a line that has a sum and another text. */
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
  assertSum(text, `${path}:${number}`);
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

const CHUNK = 1 << 20;

/** Cuts the file after its last whole line. */
async function dropTornLines(file: FileHandle, path: string): Promise<void> {
  const chunk = Buffer.alloc(CHUNK);
  let whole = 0;
  let nul = -1;
  for (let at = 0; nul < 0;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) break;
    const read = chunk.subarray(0, bytesRead);
    nul = read.indexOf(NUL);
    const newline = (nul < 0 ? read : read.subarray(0, nul)).lastIndexOf(0x0a);
    if (newline >= 0) whole = at + newline + 1;
    at += bytesRead;
  }
  if (whole < (await file.stat()).size) await truncate(path, whole);
}
