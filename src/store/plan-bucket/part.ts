import { z } from 'zod';
import { Header, Pax } from 'tar';
import { sha256 } from '../../core/hash.js';
import { count, text, type Document } from '../../schema/basics.js';

const BLOCK = 512;

const partEntry = z.object({
  file: text.describe('Of the attempt, as a path in its folder.'),
  at: z
    .exactOptional(count)
    .describe('Where in the file these bytes stand; absent where they are the whole of it.'),
  offset: count.describe('Where they stand in the tar.'),
  bytes: count,
  sha256: text,
});
export type PartEntry = Document<typeof partEntry>;

/** What stands where in a part's tar, so that any of it can be read by range. */
export const partIndex = z.object({
  bytes: count,
  entries: z.array(partEntry),
  gone: z
    .exactOptional(z.array(text))
    .describe('Of the last part: files of earlier ones that the attempt has not kept.'),
});
type PartIndex = Document<typeof partIndex>;

/** A stretch of an attempt in a bucket: files, and pieces of files that grow, as one tar. */
export interface Part {
  readonly tar: Buffer;
  readonly index: PartIndex;
}

/** A part that is being put together. */
interface NewPart {
  readonly bytes: number;
  /** @param at where in the file the bytes stand, if they are not the whole of it */
  add(file: string, bytes: Buffer, at?: number): void;
  /** @param gone files of earlier parts that are no more */
  end(gone?: readonly string[]): Part | undefined;
}

export function newPart(): NewPart {
  const blocks: Buffer[] = [];
  const entries: PartEntry[] = [];
  let length = 0;
  const put = (bytes: Buffer): void => {
    blocks.push(bytes);
    length += bytes.length;
  };
  return {
    get bytes() {
      return length;
    },
    add(file, bytes, at) {
      // By another name than the whole file has, so that unpacking by hand puts no piece in the place of another.
      const path = at === undefined ? file : `${file}@${String(at).padStart(15, '0')}`;
      const header = new Header({ path, mode: 0o644, size: bytes.length, type: 'File', mtime: new Date(0) });
      const block = Buffer.alloc(BLOCK);
      if (header.encode(block, 0)) put(new Pax({ path, size: bytes.length }).encode());
      put(block);
      const [offset, size] = [length, bytes.length];
      put(bytes);
      put(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK));
      entries.push({
        file,
        ...(at === undefined ? {} : { at }),
        offset,
        bytes: size,
        sha256: sha256(bytes),
      });
    },
    end(gone = []) {
      if (entries.length === 0) return undefined;
      put(Buffer.alloc(2 * BLOCK));
      return {
        tar: Buffer.concat(blocks),
        index: { bytes: length, entries, ...(gone.length === 0 ? {} : { gone: [...gone] }) },
      };
    },
  };
}
