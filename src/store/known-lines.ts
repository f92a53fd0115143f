import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { readLines } from '../core/jsonl.js';
import { assertSum, hasSum, withSum } from '../core/line-sum.js';
import type { MaskHeader } from '../image/mask-header.js';
import { count, text, type Document } from '../schema/basics.js';
import { decidedReading } from '../schema/mask-values.js';

/** Of what the lines say; facts that another version finds in another way are its own. */
export const KNOWN_VERSION = 1;
/** Characters; a longer line is not kept, and ends the reading. */
export const LONGEST = 1 << 16;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const maskHeader = z.object({
  format: z.enum(['png', 'tiff', 'gif', 'jpeg', 'webp', 'other']),
  colour: z.enum(['grey', 'rgb', 'palette', 'cmyk', 'unknown']),
  bits: count,
  float: z.boolean(),
  alpha: z.enum(['none', 'channel', 'key']),
  lossy: z.boolean(),
}) satisfies z.ZodType<MaskHeader>;
const knownFile = z.union([
  z.object({ state: text, sha256: digest, header: maskHeader }),
  z.object({ state: text, sha256: digest, width: count, height: count }),
]);
export type KnownFile = Document<typeof knownFile>;

const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('known'), version: z.literal(KNOWN_VERSION), maskbenchVersion: text }),
  z.object({ kind: z.literal('sample'), dataset: text, id: text, files: z.array(knownFile) }),
  z.object({
    kind: z.literal('values'),
    question: digest,
    decided: decidedReading,
    remarks: z.array(text).readonly(),
  }),
  z.object({ kind: z.literal('complete'), root: digest }),
]);
export type KnownLine = Document<typeof line>;

export interface ReadLine {
  readonly record: KnownLine;
  readonly text: string;
}

export function asLine(record: KnownLine): string {
  return withSum(JSON.stringify(record));
}

/** The lines of a file that are whole, until one is too long; none of a file of another version. */
export async function* readKnown(
  path: string,
  version: string,
): AsyncGenerator<ReadLine, undefined, undefined> {
  let length = 0;
  const limit = (bytes: Buffer): void => {
    const last = bytes.lastIndexOf(0x0a);
    length = last < 0 ? length + bytes.length : bytes.length - last - 1;
    if (length > LONGEST) throw new Error('too long');
  };
  try {
    if (!(await stat(path)).isFile()) return undefined;
    for await (const { text: own, number } of readLines(path, limit)) {
      const record = parse(own);
      if (number === 1 && !(record?.kind === 'known' && record.maskbenchVersion === version))
        return undefined;
      if (number > 1 && record !== undefined) yield { record, text: own };
    }
  } catch {
    // Whatever is wrong with it: it is made anew.
  }
  return undefined;
}

function parse(own: string): KnownLine | undefined {
  if (!hasSum(own)) return undefined;
  try {
    assertSum(own, '');
    return line.safeParse(JSON.parse(own)).data;
  } catch {
    return undefined;
  }
}
