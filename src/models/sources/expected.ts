import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { MaskbenchError } from '../../core/errors.js';
import { externalFilesIn, type ExternalFile } from '../onnx/inspect.js';
import { HEAD_BYTES, lookalikeOf, textLookalikeOf, type Lookalike } from '../onnx/lookalike.js';

/** What a file has to be before it gets its place in the cache, and whenever it is taken from there. */
export interface Expected {
  /** For messages. */
  readonly what: string;
  /** Said where the user's own is not there. */
  readonly missingRemedy: string;
  /** Of its name in the cache. */
  readonly ending: 'onnx' | 'data';
  /** What an unfinished file seems to become instead, by its first bytes. */
  lookalike(path: string): Lookalike | undefined;
  /**
   * @param where the address that it came from, to be named in place of the path.
   * @returns the files that its weights are in besides.
   * @throws MaskbenchError `model.load` with what it is instead, or how much of it is missing.
   */
  assertWhole(path: string, where?: string): readonly ExternalFile[];
}

/** An ONNX file. */
export const GRAPH: Expected = {
  what: 'model file',
  missingRemedy: 'the path of a "file" source is relative to the YAML file that names it',
  ending: 'onnx',
  lookalike: (path) => lookalikeIn(path, lookalikeOf),
  assertWhole: externalFilesIn,
};

/** A file that an ONNX file says its weights are in. */
export function weightsFile({ location, bytes }: ExternalFile): Expected {
  const what = `file of weights "${location}"`;
  const lookalike = (path: string): Lookalike | undefined => lookalikeIn(path, textLookalikeOf);
  return {
    what,
    missingRemedy: 'the model has its weights there: bring the file, under this very name',
    ending: 'data',
    lookalike,
    assertWhole(path, address) {
      const where = address ?? path;
      const remedy = 'export or fetch both files again';
      const found = lookalike(path);
      if (found !== undefined)
        throw lookalikeError(what, found, where, address === undefined ? remedy : undefined);
      const { size } = statSync(path);
      if (size >= bytes) return [];
      throw new MaskbenchError(
        'model.load',
        `"${location}" has ${size} bytes, and the model's weights go on to byte ${bytes}`,
        { where, remedy },
      );
    },
  };
}

/** @param remedy where the file itself tells none */
export function lookalikeError(
  wanted: string,
  found: Lookalike,
  where: string,
  remedy = 'correct the address, or name a mirror',
): MaskbenchError {
  return new MaskbenchError('model.load', `not the ${wanted}, but ${found.what}`, {
    where,
    remedy: found.remedy ?? remedy,
  });
}

function lookalikeIn(
  path: string,
  tell: (head: Uint8Array, fileBytes: number) => Lookalike | undefined,
): Lookalike | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  const fd = openSync(path, 'r');
  try {
    return tell(head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0)), statSync(path).size);
  } finally {
    closeSync(fd);
  }
}
