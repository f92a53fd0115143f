import { existsSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { parseLine } from '../../core/jsonl.js';
import { PIECE_BYTES } from '../../core/objects/bucket.js';
import { unless } from '../../core/system-code.js';
import { DRAFT_ENDING } from '../../core/write-whole.js';
import { predictionRecord } from '../records.js';
import { BEGUN } from '../plan-folder/plan-folder.js';
import { LINES_FILES, type LinesFile, type RunFolder } from '../run-folder.js';
import { newPart, type Part } from './part.js';

/** Of a file of lines, so much at once. */
const STRETCH_BYTES = 2 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Makes parts of a run folder while it is written. */
export interface Packer {
  /**
   * What has come since the last part, up to a bounded size: whole lines, and the mattes that they tell of.
   *
   * @param isDone whether the run has ended: once all lines are in parts, a last one has the other files
   * @returns undefined where there is nothing more.
   */
  next(isDone: boolean): Promise<Part | undefined>;
}

export function openPacker(folder: RunFolder): Packer {
  const packed = new Map<LinesFile, number>();
  const mattes = new Set<string>();
  let hasDocuments = false;
  let hasBegun = false;
  return {
    async next(isDone) {
      const part = newPart();
      for (const file of LINES_FILES) {
        // It is the shard's list: nobody wants it of an attempt that has not come to its end.
        if (file === 'plan' && !isDone) continue;
        const from = packed.get(file) ?? 0;
        const lines = await wholeLines(folder[file], from);
        const taken = file === 'predictions' ? await addMattes(part, lines, folder, mattes) : lines.length;
        if (taken === 0) continue;
        part.add(basename(folder[file]), lines.subarray(0, taken), from);
        packed.set(file, from + taken);
      }
      if (!hasBegun && part.bytes > 0) {
        const manifest = await readFile(folder.manifest).catch(unless('ENOENT'));
        if (manifest !== undefined) part.add(BEGUN, manifest);
        hasBegun = manifest !== undefined;
      }
      if (isDone && part.bytes === 0 && !hasDocuments) {
        hasDocuments = true;
        for (const name of await documentsOf(folder)) part.add(name, await readFile(join(folder.path, name)));
        // A run that need not keep its mattes removes them when they are scored.
        return part.end([...mattes].filter((file) => !existsSync(join(folder.path, file))));
      }
      return part.end();
    },
  };
}

/** From a place on: lines that are whole; none where there is no file. */
async function wholeLines(path: string, from: number): Promise<Buffer> {
  const file = await open(path).catch(unless('ENOENT'));
  if (file === undefined) return Buffer.alloc(0);
  try {
    for (let size = STRETCH_BYTES; ; size *= 2) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, from);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
      if (end > 0 || bytesRead < size) return buffer.subarray(0, end);
    }
  } finally {
    await file.close();
  }
}

/** Adds the mattes that predictions tell of, until there are enough. @returns how many bytes of the lines those are */
async function addMattes(
  part: ReturnType<typeof newPart>,
  lines: Buffer,
  folder: RunFolder,
  mattes: Set<string>,
): Promise<number> {
  let number = 0;
  for (let start = 0; start < lines.length;) {
    if (part.bytes >= PIECE_BYTES) return start;
    const end = lines.indexOf(NEWLINE, start);
    const line = { text: lines.toString('utf8', start, end), number: ++number };
    const record = parseLine(line, folder.predictions, predictionRecord);
    start = end + 1;
    if (record.status !== 'done') continue;
    const path = folder.matte(record.model, record.dataset, record.id);
    const matte = await readFile(path).catch(unless('ENOENT'));
    if (matte === undefined) continue;
    const name = relative(folder.path, path).split(sep).join('/');
    mattes.add(name);
    part.add(name, matte);
  }
  return lines.length;
}

async function documentsOf(folder: RunFolder): Promise<readonly string[]> {
  const lines = LINES_FILES.map((file) => basename(folder[file]));
  const found = await readdir(folder.path, { withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter(
      (name) =>
        !name.startsWith('.') &&
        !DRAFT_ENDING.test(name) &&
        !lines.includes(name) &&
        name !== basename(folder.cache),
    );
}
