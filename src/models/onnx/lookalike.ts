import { escapeControls } from '../../core/errors.js';
import { hasUnwritten } from '../../core/user-text.js';

/** What a file is that stands in a model's place. */
export interface Lookalike {
  /** With its article: `a web page ("Not found")`. */
  readonly what: string;
  /** What to do about it, where that is not to fetch it again. */
  readonly remedy?: string;
}

/** So many bytes from the start of a file are enough to tell. */
export const HEAD_BYTES = 4096;

/** Longest quotation from such a file. */
const QUOTED = 80;

const EXPORT = { remedy: 'export the model to ONNX' };
const UNPACK = { remedy: 'unpack it, and name the .onnx file in it' };

/** By the bytes at a position. */
const BINARIES: readonly (readonly [at: number, magic: string, found: Lookalike])[] = [
  [0, '\x1f\x8b', { what: 'a gzip archive', ...UNPACK }],
  [0, '\x28\xb5\x2f\xfd', { what: 'a Zstandard archive', ...UNPACK }],
  [0, '\xfd\x37\x7a\x58\x5a', { what: 'an xz archive', ...UNPACK }],
  [0, 'BZh', { what: 'a bzip2 archive', ...UNPACK }],
  [0, '\x37\x7a\xbc\xaf', { what: 'a 7z archive', ...UNPACK }],
  [0, 'Rar!', { what: 'a RAR archive', ...UNPACK }],
  [257, 'ustar', { what: 'a tar archive', ...UNPACK }],
  [0, '\x89\x48\x44\x46', { what: 'an HDF5 file, as Keras writes', ...EXPORT }],
  [0, 'GGUF', { what: 'a GGUF file', ...EXPORT }],
  [4, 'TFL3', { what: 'a TensorFlow Lite model', ...EXPORT }],
  [
    4,
    'ORTM',
    { what: "a model in ONNX Runtime's own format (.ort)", remedy: 'name the .onnx that it came from' },
  ],
  [0, 'ptrt', { what: 'a TensorRT engine', remedy: 'name the .onnx that it came from' }],
  [0, '%PDF', { what: 'a PDF document' }],
  [0, '\x89\x50\x4e\x47', { what: 'a PNG picture' }],
  [0, '\xff\xd8\xff', { what: 'a JPEG picture' }],
];

/**
 * What a file is by its first bytes, if it is one of those that are found in a model's place: an answer of a server, a
 * pointer, an archive, a model of another format.
 */
export function lookalikeOf(head: Uint8Array, fileBytes: number): Lookalike | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (fileBytes === 0) return { what: 'an empty file' };
  if (bytes.every((byte) => byte === 0)) return { what: 'nothing but zeros, as an unfinished download' };
  const answer = textLookalikeOf(head, fileBytes);
  if (answer !== undefined) return answer;
  const text = textIn(head);
  if (text !== undefined) return { what: `a text (${quoted(text)})` };
  const binary = BINARIES.find(([at, magic]) => {
    const wanted = Buffer.from(magic, 'latin1');
    return bytes.subarray(at, at + wanted.length).equals(wanted);
  });
  return (
    binary?.[2] ?? zipLookalike(bytes) ?? pickleLookalike(bytes) ?? safetensorsLookalike(bytes, fileBytes)
  );
}

/** The same of answers and pointers alone: for files that may hold any bytes, as weights do. */
export function textLookalikeOf(head: Uint8Array, fileBytes: number): Lookalike | undefined {
  if (fileBytes === 0) return { what: 'an empty file' };
  const text = textIn(head);
  if (text === undefined) return undefined;
  const start = text.trimStart().toLowerCase();
  if (text.startsWith('version https://git-lfs.github.com/')) {
    const size = /^size (\d+)$/m.exec(text)?.[1];
    return {
      what: `a Git LFS pointer to a file of ${size ?? 'unknown'} bytes`,
      remedy: 'fetch the file itself ("git lfs pull", or the address that the site gives for downloads)',
    };
  }
  if (/^[^\n]*(\/annex\/objects\/|\.git\/annex\/)[^\n]*\n?$/.test(text)) {
    return { what: 'a git-annex pointer', remedy: 'fetch the file itself ("git annex get")' };
  }
  if (/^(<!doctype html|<html|<head|<!--)/.test(start) || start.includes('<html')) {
    const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1];
    return { what: title === undefined ? 'a web page' : `a web page (${quoted(title)})` };
  }
  if (/^<[?a-z]/.test(start)) return { what: `an XML document (${quoted(text)})` };
  if (/^(\{\s*"|\[\s*[[{"])/.test(start)) return { what: `a JSON text (${quoted(text)})` };
  return undefined;
}

/** Undefined unless the head is text throughout; its last character may be cut in half. */
function textIn(head: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return text === '' || hasUnwritten(text) || text.includes('\u007f') ? undefined : text;
  } catch {
    return undefined;
  }
}

function quoted(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return `"${escapeControls(line.length > QUOTED ? `${line.slice(0, QUOTED)}...` : line)}"`;
}

function zipLookalike(bytes: Buffer): Lookalike | undefined {
  if (bytes.toString('latin1', 0, 2) !== 'PK' || (bytes[2] ?? 0) > 8) return undefined;
  const isTorch = /(\/|^PK.*)(data\.pkl|constants\.pkl|version|byteorder|\.data\/)/s.test(
    bytes.toString('latin1'),
  );
  if (isTorch) return { what: 'a PyTorch checkpoint (.pth, .pt)', ...EXPORT };
  return { what: 'a zip archive', ...UNPACK };
}

/** Protocol 2 and later start with their number; checkpoints of PyTorch before 1.6 have nothing around it. */
function pickleLookalike(bytes: Buffer): Lookalike | undefined {
  if (bytes[0] !== 0x80 || (bytes[1] ?? 0) < 2 || (bytes[1] ?? 0) > 5) return undefined;
  return { what: 'a Python pickle, as a PyTorch checkpoint (.pth)', ...EXPORT };
}

/** Eight bytes of length, then JSON. */
function safetensorsLookalike(bytes: Buffer, fileBytes: number): Lookalike | undefined {
  if (bytes.length < 10 || bytes.toString('latin1', 8, 10) !== '{"') return undefined;
  if (bytes.readBigUInt64LE(0) > BigInt(fileBytes)) return undefined;
  return { what: 'a safetensors file', ...EXPORT };
}
