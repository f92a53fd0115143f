import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inspectOnnx } from '../../../src/models/onnx/inspect.js';
import { textLookalikeOf } from '../../../src/models/onnx/lookalike.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { modelBytes } from '../model-bytes.js';

const tempFolder = useTempFolders();

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
const MODEL = modelBytes(20_000);
const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 176153355\n';
const header = (json: string): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, Buffer.from(json), Buffer.alloc(64, 1)]);
};

const KINDS: readonly (readonly [string, Buffer])[] = [
  ['an empty file', Buffer.alloc(0)],
  ['nothing but zeros, as an unfinished download', Buffer.alloc(50_000)],
  [
    'a web page ("Google Drive - Virus scan warning")',
    bytes('<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title>'),
  ],
  [
    'a web page ("Sign in")',
    bytes('\n\n  <HTML lang="en">\n<HEAD><TITLE>Sign\n in</TITLE>', ' '.repeat(9000)),
  ],
  ['a web page', bytes('\u00ef\u00bb\u00bf<html><body>no</body></html>')],
  [
    'an XML document ("<?xml version="1.0"?> <Error><Code>NoSuchKey</Code></Error>")',
    bytes('<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code></Error>'),
  ],
  ['a JSON text ("{"error":"Repository not found"}")', bytes('{"error":"Repository not found"}')],
  ['a text ("Not Found")', bytes('Not Found\n')],
  ['a Git LFS pointer to a file of 176153355 bytes', bytes(LFS)],
  ['a git-annex pointer', bytes('/annex/objects/SHA256E-s176153355--abab.onnx\n')],
  ['a git-annex pointer', bytes('../.git/annex/objects/Qx/9v/SHA256E-s17--ab.onnx/SHA256E-s17--ab.onnx')],
  ['a gzip archive', gzipSync(MODEL)],
  ['a Zstandard archive', bytes([0x28, 0xb5, 0x2f, 0xfd, 4, 0, 0xff])],
  ['a zip archive', bytes('PK\u0003\u0004', [20, 0, 0, 0, 0, 0], 'model.onnx', [0, 1])],
  ['a PyTorch checkpoint (.pth, .pt)', bytes('PK\u0003\u0004', [0, 0, 8, 8, 0, 0], 'u2net/data.pkl', [0, 1])],
  [
    'a Python pickle, as a PyTorch checkpoint (.pth)',
    bytes([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20]),
  ],
  ['a safetensors file', header('{"__metadata__":{"format":"pt"}}')],
  ['a TensorFlow Lite model', bytes([0x1c, 0, 0, 0], 'TFL3', [0, 0, 0xff])],
  ['an HDF5 file, as Keras writes', bytes([0x89], 'HDF\r\n', [0x1a], '\n', [0, 0])],
  ["a model in ONNX Runtime's own format (.ort)", bytes([0x1c, 0, 0, 0], 'ORTM', [0, 0, 0xff])],
  ['a PDF document', bytes('%PDF-1.7\n', [0xe2, 0xe3, 0xcf, 0xd3])],
];

describe('a file in the place of a model', () => {
  test.each(KINDS)('is called %s', async (what, content) => {
    const path = join(await tempFolder(), 'm.onnx');
    await writeFile(path, content);
    expect(() => inspectOnnx(path)).toThrow(
      expect.objectContaining({
        code: 'model.load',
        message: `not an ONNX model, but ${what}`,
        where: path,
      }),
    );
  });

  test.each([10, 1000, 15_000, 19_000])(
    'that ends after %i bytes of a model is told as cut off',
    async (length) => {
      const path = join(await tempFolder(), 'm.onnx');
      await writeFile(path, MODEL.subarray(0, length));
      expect(() => inspectOnnx(path)).toThrow(/^not a whole ONNX file: /);
      if (length > 100) expect(() => inspectOnnx(path)).toThrow(/cut off at \d+ of at least \d+ bytes/);
    },
  );
});

describe('weights, which may be any bytes', () => {
  test.each([
    ['bytes of an archive', gzipSync(MODEL)],
    ['zeros', Buffer.alloc(4096)],
    ['spaces', Buffer.alloc(4096, 32)],
    ['numbers', Buffer.from(Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i)).buffer)],
    ['a letter throughout', Buffer.alloc(64, 'x')],
  ])('are not taken for something else: %s', (_what, content) => {
    expect(textLookalikeOf(content.subarray(0, 4096), content.length)).toBeUndefined();
  });
});
