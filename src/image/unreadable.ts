import { stat } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import { explainTooLarge } from './pixel-limit.js';
import { readHead } from './plain/read-plain.js';
import { onDisk } from '../core/objects/on-disk.js';

/** What a file that is no readable picture may be by its first bytes, and what to do. */
const KNOWN: readonly { readonly head: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    head: /^(?:.{4}jP {2}|\xff\x4f\xff\x51)/s,
    what: 'JPEG 2000, which is not read here',
    remedy: 'convert it to PNG',
  },
  {
    head: /^.{4}ftyp.{0,40}?(?:hei[cxms]|hev[cxms])/s,
    what: 'HEIC (compressed with HEVC), which is not read here',
    remedy: 'convert it to PNG, or to JPEG of high quality',
  },
  {
    head: /^(?:\xff\n|.{4}JXL )/s,
    what: 'JPEG XL, which is not read here',
    remedy: 'convert it to PNG',
  },
  { head: /^8BPS/, what: 'a Photoshop document', remedy: 'export it as PNG' },
  {
    head: /^version https:\/\/git-lfs/,
    what: 'a Git LFS pointer, not the file itself',
    remedy: 'get the files with "git lfs pull"',
  },
  {
    head: /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|svg|!doctype svg)/i,
    what: 'a drawing (SVG), not pixels',
    remedy: 'export it as PNG',
  },
  // oxlint-disable-next-line no-control-regex -- so a gzip file begins
  { head: /^\x1f\x8b/, what: 'compressed by gzip', remedy: 'unpack it' },
  {
    head: /^\s*<(?:!doctype html|html)/i,
    what: 'a web page, not an image',
    remedy: 'download the file again',
  },
];

/** Why a file could not be read as a picture. */
export async function explainUnreadable(path: string, cause: unknown): Promise<MaskbenchError> {
  const file = await stat(await onDisk(path)).catch(() => undefined);
  if (file === undefined) {
    return new MaskbenchError('data.missing', 'no such file', { where: path, cause });
  }
  if (file.size === 0) {
    return new MaskbenchError('data.empty', 'the file is empty (0 bytes)', {
      where: path,
      remedy: 'expected an image',
      cause,
    });
  }
  const tooLarge = explainTooLarge(path, cause);
  if (tooLarge !== undefined) return tooLarge;
  const head = (await readHead(path, 64)).toString('latin1');
  const known = KNOWN.find((of) => of.head.test(head));
  if (known !== undefined) {
    const { what, remedy } = known;
    return new MaskbenchError('data.unreadable', `not a readable image (${what})`, {
      where: path,
      remedy,
      cause,
    });
  }
  const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  // libvips keeps one error text for all threads: what it says (`vipspng: ...`) may be gone, or be of another file.
  const detail =
    message === '' || message === 'Unknown error' || /^[\w ]+: /.test(message) ? 'damaged' : message;
  return new MaskbenchError('data.unreadable', `not a readable image (${detail})`, {
    where: path,
    remedy: 'expected an undamaged PNG, JPEG, WebP, TIFF, GIF, AVIF, BMP, PBM, PGM or PPM file',
    cause,
  });
}
